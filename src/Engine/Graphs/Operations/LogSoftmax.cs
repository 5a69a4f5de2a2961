using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>log softmax(x) = x − max − log Σ e^(x − max) over the last dimension.</summary>
    /// <remarks>Errors: ShapeException for a shape without dimensions.</remarks>
    public Tensor LogSoftmax() => Graph.Add(new LogSoftmaxOperation(), this);
}

/// <summary>y = log softmax(x): dL/dx = dL/dy − softmax(x) · Σ dL/dy.</summary>
public sealed class LogSoftmaxOperation : Operation
{
    public override string Name => "log-softmax";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs[0].Rank == 0)
        {
            Throw.Shape(Name, "the operand", inputs[0], "at least one dimension");
        }

        return inputs[0];
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.LogSoftmax(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var last = output.Shape.Rank - 1;
        return [upstream - (output.Exp() * upstream.Sum(last).WithUnit(last))];
    }
}
