using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>For each sample the mean over its micro-batch.</summary>
    /// <remarks>
    /// Shapes: this [batch, …], as the result. A micro-batch is never shared among workers, so this is the one kind of
    /// sum over samples that can be read further on in training. Errors: ShapeException when there is no batch.
    /// </remarks>
    public Tensor MicrobatchMean() => Graph.Add(new MicrobatchMeanOperation(), this);
}

/// <summary>
/// A chain of additions over the micro-batch's samples, ascending from 0, divided by their number. Each sample of it
/// counts alike in each result, so the gradient is the same mean of the upstream gradient.
/// </summary>
public sealed class MicrobatchMeanOperation : Operation
{
    public override string Name => "microbatch-mean";

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (!inputs[0].Batched)
        {
            Throw.Shape(Name, "the operand", inputs[0], "a batch");
        }

        return inputs[0];
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.MicrobatchMean(instruction);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => [upstream.MicrobatchMean()];
}
