namespace Distributed.Cluster.Messages;

/// <summary>
/// How far a job has come, and the sums of the epoch it is in: all that a resume needs beside the state.
/// </summary>
/// <remarks>
/// At the end of an epoch the sums are still that epoch's; the first step of the next one starts them anew.
/// Units: Step counts committed steps; Loss is a sum over samples.
/// </remarks>
public sealed record JobCursor(long Step, double EpochLoss, double EpochHits, long EpochSamples)
{
    public static JobCursor Start { get; } = new(0, 0, 0, 0);

    /// <summary>
    /// The held-out loss of every epoch so far, where a schedule or an early stop goes by it; the coordinator's and the
    /// checkpoints' cursors have it, the workers' do not.
    /// </summary>
    /// <remarks>No part of what makes two cursors equal: it is the same for all cursors of a job at a step.</remarks>
    public IReadOnlyList<double> TestLosses { get; init; } = [];

    /// <summary>
    /// True for a state in which the best parameters stand in place of the last ones, which are in their slot: that of
    /// a job's end.
    /// </summary>
    public bool HasBest { get; init; }

    public double TrainLoss => EpochSamples == 0 ? 0 : EpochLoss / EpochSamples;

    public double TrainAccuracy => EpochSamples == 0 ? 0 : EpochHits / EpochSamples;

    public bool Equals(JobCursor? other) => other is not null && Step == other.Step
        && (EpochLoss, EpochHits, EpochSamples).Equals((other.EpochLoss, other.EpochHits, other.EpochSamples));

    public override int GetHashCode() => HashCode.Combine(Step, EpochLoss, EpochHits, EpochSamples);

    /// <summary>The cursor after one more step.</summary>
    public JobCursor After(StepTotals step, int stepsPerEpoch)
    {
        var (loss, hits, samples) = Step % stepsPerEpoch == 0 ? (0, 0, 0) : (EpochLoss, EpochHits, EpochSamples);
        return new JobCursor(Step + 1, loss + step.Loss, hits + step.Hits, samples + step.Samples);
    }

    /// <summary>The cursor after these steps. Sums run in the order of the steps.</summary>
    public JobCursor After(IReadOnlyList<StepTotals> steps, int stepsPerEpoch)
    {
        var cursor = this;
        foreach (var step in steps)
        {
            cursor = cursor.After(step, stepsPerEpoch);
        }

        return cursor;
    }
}
