using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>
    /// The values repeated along new dimensions, dimensions of size 1, and the batch, to fill a shape.
    /// </summary>
    /// <remarks>Errors: ShapeException when this shape does not broadcast to that one.</remarks>
    public Tensor Expand(TensorShape target) =>
        Shape.Equals(target) ? this : Graph.Add(new ExpandOperation(target), this);
}

/// <summary>Repetition; its gradient is the sum over what was repeated.</summary>
public sealed class ExpandOperation(TensorShape target) : Operation
{
    public override string Name => "expand";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (!target.Equals(TensorShape.Broadcast(inputs[0], target)))
        {
            Throw.Broadcast(Name, inputs[0], target);
        }

        return target;
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visitor.Expand(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => [upstream.SumTo(output.Inputs[0].Shape)];
}
