using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Σ over the batch (and all rows of each sample) of xᵀ·y: the gradient of a weight matrix.</summary>
    /// <remarks>Shapes: this [batch, …, m], right [batch, …, n] with the same rows; the result is [m, n].</remarks>
    public Tensor BatchProduct(Tensor right) => Graph.Add(new BatchProductOperation(), this, right);
}

/// <summary>
/// Z = Σ xᵀ·y: per micro-batch one chain of fused multiply-adds over its rows, ascending from 0; the micro-batches
/// along the canonical tree.
/// </summary>
/// <remarks>
/// For z = x·W this is dL/dW = xᵀ·dL/dz. The compiler may cut it into strips: some rows of z, which take as many
/// columns of x. A strip has no gradient rule.
/// </remarks>
public sealed class BatchProductOperation : Operation
{
    private readonly bool _isStrip;

    public BatchProductOperation()
    {
    }

    private BatchProductOperation(int firstRow) => (FirstRow, _isStrip) = (firstRow, true);

    /// <summary>The first row of the product that is computed; how many follows from the result's shape.</summary>
    internal int FirstRow { get; }

    public override string Name => "batch-product";

    internal override bool SumsOverBatch => true;

    internal override bool IsMadeJointly(IReadOnlyList<Tensor> inputs, int samples) => true;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var (x, y) = (inputs[0], inputs[1]);
        if (!x.Batched || !y.Batched || x.Rank == 0 || y.Rank == 0)
        {
            Throw.Shape(Name, x.Batched && x.Rank > 0 ? "rhs" : "lhs", x.Batched && x.Rank > 0 ? y : x,
                "a batch and at least one dimension");
        }

        var ((xRows, m), (yRows, n)) = (MatMulOperation.Matrix(x), MatMulOperation.Matrix(y));
        if (xRows != yRows)
        {
            Throw.Shape(Name, "rhs", y, $"{xRows} rows per sample as in lhs {x}");
        }

        return TensorShape.Of(m, n);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.BatchProduct(instruction);

    internal override long MultiplyAdds(Instruction instruction, int samples) =>
        MatMulOperation.Matrix(instruction.Inputs[0].Shape).Rows
        * (long)instruction.Output.Shape.SampleLength * samples;

    /// <summary>The rows from this one on, as many as the result has.</summary>
    internal static BatchProductOperation Strip(int firstRow) => new(firstRow);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream)
    {
        if (_isStrip)
        {
            throw new InvalidOperationException($"{Name}: a strip is made by the compiler, after differentiation");
        }

        var (x, y) = (output.Inputs[0], output.Inputs[1]);
        return [y.Product(upstream, false, transposeRight: true), x.Product(upstream, false, false)];
    }
}
