using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Rows of a table, by their index.</summary>
    /// <remarks>
    /// Shapes: this (indices) [batch, …], table [count, width]; the result is [batch, …, width]. Units: indices are
    /// whole numbers from 0 below count; another index gives a row of NaN, which ends a job with the layer's name, and
    /// changes nothing. Errors: ShapeException for other shapes.
    /// </remarks>
    public Tensor Embedding(Tensor table) => Graph.Add(new EmbeddingOperation(), this, table);
}

/// <summary>y[i] = table[index[i]]; no gradient flows to indices.</summary>
public sealed class EmbeddingOperation : Operation
{
    public override string Name => "embedding";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        var (indices, table) = (inputs[0], inputs[1]);
        if (!indices.Batched)
        {
            Throw.Shape(Name, "indices", indices, "a batch");
        }

        if (table.Batched || table.Rank != 2)
        {
            Throw.Shape(Name, "the table", table, "[count, width] and no batch, such as a parameter");
        }

        return indices.With([.. indices.Dimensions, table.Dimensions[1]]);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visitor.Embedding(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
    [
        null,
        output.Graph.Add(new EmbeddingGradientOperation(output.Inputs[1].Shape), output.Inputs[0], upstream),
    ];
}

/// <summary>
/// Each row of the table gets the sum of what came from where it was read: per micro-batch a chain of additions from 0,
/// the micro-batches along the canonical tree.
/// </summary>
public sealed class EmbeddingGradientOperation : Operation
{
    /// <summary>Floats of a table for each read of a mini-batch from which on it is large.</summary>
    private const int JointFloatsPerRead = 64;

    private readonly TensorShape _table;

    internal EmbeddingGradientOperation(TensorShape table) => _table = table;

    public override string Name => "embedding-gradient";

    internal override bool SumsOverBatch => true;

    /// <summary>A small table's partial sums cost less than that every worker looks through all reads.</summary>
    internal override bool IsMadeJointly(IReadOnlyList<Tensor> inputs, int samples) =>
        _table.SampleLength >= (long)JointFloatsPerRead * inputs[0].Shape.SampleLength * samples;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs) => _table;

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.EmbeddingGradient(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [null, output.Inputs[0].Embedding(upstream)];
}
