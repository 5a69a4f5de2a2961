using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The same values, in the same order, with other dimensions; the batch stays.</summary>
    /// <remarks>Errors: ShapeException when the numbers of values differ.</remarks>
    public Tensor Reshape(params ReadOnlySpan<int> dimensions) => Reshape(Shape.With(dimensions));

    /// <summary>All dimensions of a sample as one.</summary>
    public Tensor Flatten() => Reshape(Shape.SampleLength);

    internal Tensor Reshape(TensorShape target) =>
        Shape.Equals(target) ? this : Graph.Add(new ReshapeOperation(target), this);
}

/// <summary>Another view of the same memory; costs nothing.</summary>
public sealed class ReshapeOperation(TensorShape target) : Operation
{
    public override string Name => "reshape";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs[0].SampleLength != target.SampleLength || inputs[0].Batched != target.Batched)
        {
            Throw.Reshape(inputs[0], target);
        }

        return target;
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        throw new InvalidOperationException("reshape: a view is not an instruction");

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => [upstream.Reshape(output.Inputs[0].Shape)];
}
