using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>e^(x − max) / Σ e^(x − max) over the last dimension.</summary>
    /// <remarks>Errors: ShapeException for a shape without dimensions.</remarks>
    public Tensor Softmax() => Graph.Add(new SoftmaxOperation(), this);
}

/// <summary>y = softmax(x): dL/dx = y · (dL/dy − Σ y·dL/dy).</summary>
public sealed class SoftmaxOperation : Operation
{
    public override string Name => "softmax";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs[0].Rank == 0)
        {
            Throw.Shape(Name, "the operand", inputs[0], "at least one dimension");
        }

        return inputs[0];
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visitor.Softmax(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var last = output.Shape.Rank - 1;
        return [output * (upstream - (output * upstream).Sum(last).WithUnit(last))];
    }
}
