using System.Runtime.InteropServices;
using Distributed.Engine.Errors;
using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>The matrix product x·W, or one product per sample and per leading index.</summary>
    /// <remarks>
    /// Shapes: this [batch, …, k] or [k] or […, k], right [k, n] without batch; the result has n in place of k.
    /// Where right has a batch or more than two dimensions, […, m, k]·[…, k, n] is […, m, n]: the dimensions before the
    /// matrices broadcast.
    /// Errors: ShapeException naming both shapes when the inner sizes differ.
    /// </remarks>
    public Tensor MatMul(Tensor right) => right.Shape.Rank >= 2 && (right.Shape.Batched || right.Shape.Rank > 2)
        ? BatchedProduct(right)
        : Product(right, transposeLeft: false, transposeRight: false);

    internal Tensor Product(Tensor right, bool transposeLeft, bool transposeRight) =>
        Graph.Add(new MatMulOperation(transposeLeft, transposeRight), this, right);
}

/// <summary>
/// C = A·B, Aᵀ·B or A·Bᵀ, each element one chain of fused multiply-adds over the inner index, ascending from 0.
/// </summary>
/// <remarks>
/// Shapes: all dimensions of A but the last, and its batch, are rows. B is a matrix without batch. Aᵀ needs an A
/// without batch, because a sum over the batch is a <see cref="BatchProductOperation"/>.
/// </remarks>
public sealed class MatMulOperation : Operation, IActivatedProduct
{
    internal MatMulOperation(bool transposeLeft, bool transposeRight)
    {
        if (transposeLeft && transposeRight)
        {
            throw new ArgumentException("matmul: at most one side is transposed; no gradient needs both");
        }

        TransposeLeft = transposeLeft;
        TransposeRight = transposeRight;
    }

    public override string Name => "matmul";

    public bool TransposeLeft { get; }

    public bool TransposeRight { get; }

    /// <summary>False: the right factor is packed for each call.</summary>
    internal override bool SampleBySample => false;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        if (a.Rank == 0 || (TransposeLeft && a.Batched))
        {
            Throw.MatMulOperand("lhs", a, TransposeLeft ? "rows and columns and no batch" : "at least one dimension");
        }

        if (b.Batched || (b.Rank != 2 && !(TransposeLeft && b.Rank > 0)))
        {
            Throw.MatMulOperand("rhs", b, "two dimensions and no batch, such as a parameter");
        }

        var (aRows, aColumns) = Matrix(a);
        var (bRows, bColumns) = Matrix(b);
        var (inner, needed) = (TransposeLeft ? aRows : aColumns, TransposeRight ? bColumns : bRows);
        if (inner != needed)
        {
            Throw.InnerSizes(a, inner, b, needed);
        }

        return TransposeLeft
            ? TensorShape.Of(aColumns, bColumns)
            : a.With([.. a.Dimensions[..^1], TransposeRight ? bRows : bColumns]);
    }

    bool IActivatedProduct.IsBias(TensorShape product, TensorShape seen, TensorShape addend) =>
        !addend.Batched && addend.Rank == 1 && product.Rank > 0
        && addend.Dimensions[0] == product.Dimensions[^1] && addend.Dimensions[0] == seen.Dimensions[^1];

    Operation IActivatedProduct.Activated<TActivation>(bool biased, string activationName, TActivation activation) =>
        new FusedOperation(
            this,
            [biased ? "bias" : "", activationName],
            (visitor, instruction) => visitor.Linear(instruction, this, activation));

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.Linear(instruction, this, default(Identity));

    internal override long MultiplyAdds(Instruction instruction, int samples)
    {
        var (rows, columns) = Matrix(instruction.Inputs[0].Shape);
        return (long)instruction.Output.Shape.Length(samples) * (TransposeLeft ? rows : columns);
    }

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        var (a, b) = (output.Inputs[0], output.Inputs[1]);
        if (TransposeLeft)
        {
            return [b.Product(upstream, false, transposeRight: true).Reshape(a.Shape),
                a.Product(upstream, false, false).Reshape(b.Shape)];
        }

        // The weight's gradient first: it is a result, and others wait for it sooner than for what lies before.
        var (left, right) = TransposeRight ? (upstream, a) : (a, upstream);
        var toB = a.Shape.Batched ? left.BatchProduct(right) : left.Product(right, transposeLeft: true, false);
        return [upstream.Product(b, false, transposeRight: !TransposeRight), toB];
    }

    /// <summary>
    /// A tensor seen as a matrix: the last dimension is columns, everything before it rows of a sample.
    /// </summary>
    internal static (int Rows, int Columns) Matrix(TensorShape shape)
    {
        var columns = shape.Dimensions[^1];
        var rows = 1;
        foreach (var size in ImmutableCollectionsMarshal.AsArray(shape.Dimensions).AsSpan()[..^1])
        {
            rows *= size;
        }

        return (rows, columns);
    }
}
