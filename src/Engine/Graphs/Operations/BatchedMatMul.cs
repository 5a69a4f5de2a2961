using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>One matrix product per sample and per index of the dimensions before the matrices.</summary>
    private Tensor BatchedProduct(Tensor right)
    {
        if (Shape.Rank < 2)
        {
            Throw.MatMulOperand("lhs", Shape, $"rows and columns, to be multiplied by rhs {right.Shape}");
        }

        var (left, other) = (Leading(Shape), Leading(right.Shape));
        var leading = TensorShape.Broadcast(left, other);
        if (leading is null)
        {
            Throw.Broadcast("matmul", Shape, right.Shape);
        }

        return Graph.Add(
            new BatchedMatMulOperation(transposeLeft: false, transposeRight: false),
            Expand(leading.With([.. leading.Dimensions, .. Shape.Dimensions[^2..]])),
            right.Expand(leading.With([.. leading.Dimensions, .. right.Shape.Dimensions[^2..]])));
    }

    private static TensorShape Leading(TensorShape shape) => shape.With([.. shape.Dimensions[..^2]]);
}

/// <summary>
/// C = A·B, Aᵀ·B or A·Bᵀ for each pair of matrices, each element one chain of fused multiply-adds, ascending from 0.
/// </summary>
/// <remarks>Shapes: A […, m, k], B […, k, n], C […, m, n] with the same leading dimensions and batch.</remarks>
public sealed class BatchedMatMulOperation : Operation
{
    internal BatchedMatMulOperation(bool transposeLeft, bool transposeRight) =>
        (TransposeLeft, TransposeRight) = (transposeLeft, transposeRight);

    public override string Name => "matmul";

    public bool TransposeLeft { get; }

    public bool TransposeRight { get; }

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        var (inner, needed) = (a.Dimensions[TransposeLeft ? ^2 : ^1], b.Dimensions[TransposeRight ? ^1 : ^2]);
        if (inner != needed)
        {
            Throw.InnerSizes(a, inner, b, needed);
        }

        var (m, n, _) = Sizes(a, b);
        return a.With([.. a.Dimensions[..^2], m, n]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.MatrixProducts(instruction, this);

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        (long)instruction.Output.Shape.Length(samples)
        * Sizes(instruction.Inputs[0].Shape, instruction.Inputs[1].Shape).K;

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (a, b) = (output.Inputs[0], output.Inputs[1]);
        return (TransposeLeft, TransposeRight) switch
        {
            (false, false) => [Of(upstream, b, transposeRight: true), Of(a, upstream, transposeLeft: true)],
            (false, true) => [Of(upstream, b), Of(upstream, a, transposeLeft: true)],
            _ => [Of(b, upstream, transposeRight: true), Of(a, upstream)],
        };
    }

    /// <summary>Rows, columns and inner size of each product.</summary>
    internal (int M, int N, int K) Sizes(TensorShape a, TensorShape b) => (
        a.Dimensions[TransposeLeft ? ^1 : ^2],
        b.Dimensions[TransposeRight ? ^2 : ^1],
        a.Dimensions[TransposeLeft ? ^2 : ^1]);

    private static Tensor Of(Tensor a, Tensor b, bool transposeLeft = false, bool transposeRight = false) =>
        a.Graph.Add(new BatchedMatMulOperation(transposeLeft, transposeRight), a, b);
}
