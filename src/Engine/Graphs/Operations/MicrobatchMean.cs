using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>For each sample the mean over its micro-batch.</summary>
    /// <param name="less">Taken from the number of samples before it divides; for a variance 1 / (values per sample)
    /// makes it the unbiased one. Nothing is taken where that would leave nothing to divide by.</param>
    /// <remarks>
    /// Shapes: this [batch, …], as the result. A micro-batch is never shared among workers, so this is the one kind of
    /// sum over samples that can be read further on in training. Units: less in [0, 1], default 0.
    /// Errors: ShapeException when there is no batch; ArgumentOutOfRangeException for another less.
    /// </remarks>
    public Tensor MicrobatchMean(float less = 0) => less is >= 0 and <= 1
        ? Graph.Add(new MicrobatchMeanOperation(less), this)
        : throw new ArgumentOutOfRangeException(nameof(less), $"less {less} is out of range: choose 0 to 1");
}

/// <summary>
/// A chain of additions over the micro-batch's samples, ascending from 0, divided by their number, less a part of one.
/// Each sample of it counts alike in each result, so the gradient is the same mean of the upstream gradient.
/// </summary>
public sealed class MicrobatchMeanOperation(float less) : Operation
{
    public override string Name => "microbatch-mean";

    /// <summary>Taken from the number of samples.</summary>
    public float Less { get; } = less;

    internal override bool SampleBySample => false;

    internal override TensorShape Infer(ReadOnlySpan<TensorShape> inputs)
    {
        if (!inputs[0].Batched)
        {
            Throw.Shape(Name, "the operand", inputs[0], "a batch");
        }

        return inputs[0];
    }

    internal override void Accept(IOperationVisitor visitor, Instruction instruction) =>
        visitor.MicrobatchMean(instruction, this);

    internal override Tensor?[] Gradient(Tensor output, Tensor upstream) => [upstream.MicrobatchMean(Less)];
}
