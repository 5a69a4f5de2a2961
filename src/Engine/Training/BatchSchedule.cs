using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>
/// Which samples make up which step: a pure function of seed, epoch and step, so that any worker can compute its own.
/// </summary>
/// <remarks>
/// Every epoch is a new order of all samples, cut into mini-batches; the last one of an epoch may be short.
/// Units: steps count from 0 through the whole job, samples from 0 in the training set.
/// Errors: ArgumentOutOfRangeException for a count or size below 1.
/// </remarks>
public sealed class BatchSchedule
{
    private readonly ulong _seed;

    public BatchSchedule(int sampleCount, int batchSize, int microbatchSize, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(microbatchSize, 1);
        (SampleCount, BatchSize, MicrobatchSize, _seed) = (sampleCount, batchSize, microbatchSize, seed);
        StepsPerEpoch = (sampleCount - 1) / batchSize + 1;
    }

    public int SampleCount { get; }

    public int BatchSize { get; }

    public int MicrobatchSize { get; }

    public int StepsPerEpoch { get; }

    public long Epoch(long step) => step / StepsPerEpoch;

    /// <summary>The step's place in its epoch, from 0.</summary>
    public int StepInEpoch(long step) => (int)(step % StepsPerEpoch);

    /// <summary>Samples in the step's mini-batch.</summary>
    public int SamplesIn(long step) =>
        Math.Min(BatchSize, SampleCount - (StepInEpoch(step) * BatchSize));

    /// <summary>The step's mini-batch in micro-batches.</summary>
    public MicrobatchRange Batch(long step) => MicrobatchRange.Whole(SamplesIn(step), MicrobatchSize);

    /// <summary>The order of one epoch: its i-th element is the sample at place i.</summary>
    public Permutation Order(long epoch) => new(SampleCount, _seed, RandomPurpose.Shuffle, (ulong)epoch);
}
