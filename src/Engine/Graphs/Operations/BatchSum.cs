using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>Σ over the batch.</summary>
    /// <remarks>Shapes: this [batch, …]; the result is […]. Errors: ShapeException when there is no batch.</remarks>
    public Tensor BatchSum() => Graph.Add(new BatchSumOperation(), this);
}

/// <summary>
/// Per micro-batch a chain of additions over its samples, ascending from 0; the micro-batches along the canonical tree.
/// </summary>
public sealed class BatchSumOperation : Operation
{
    public override string Name => "batch-sum";

    internal override bool SumsOverBatch => true;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (!inputs[0].Batched)
        {
            Throw.Shape(Name, "the operand", inputs[0], "a batch; use Sum for other dimensions");
        }

        return inputs[0].WithBatch(false);
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) => visitor.BatchSum(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) =>
        [upstream.Expand(output.Inputs[0].Shape)];
}
