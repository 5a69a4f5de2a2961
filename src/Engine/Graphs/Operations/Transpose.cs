using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Rows become columns, in each sample where there is a batch.</summary>
    /// <remarks>Shapes: […, r, c] of two dimensions. Errors: ShapeException for another rank.</remarks>
    public Tensor Transpose() => Graph.Add(new TransposeOperation(), this);
}

/// <summary>Its gradient is its own transpose.</summary>
public sealed class TransposeOperation : Operation
{
    public override string Name => "transpose";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (inputs[0].Rank != 2)
        {
            Throw.Shape(Name, "the operand", inputs[0], "two dimensions");
        }

        return inputs[0].With(inputs[0].Dimensions[1], inputs[0].Dimensions[0]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visitor.Transpose(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => [upstream.Transpose()];
}
