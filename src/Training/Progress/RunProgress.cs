namespace Distributed.Training.Progress;

/// <summary>How far a run is.</summary>
/// <param name="Step">Steps done; 0 before the first.</param>
/// <param name="Epoch">The one it is in, from 1.</param>
/// <param name="Loss">Mean over the samples of the last <see cref="RunTracker.WindowSteps"/> steps.</param>
/// <param name="Accuracy">Over the same samples; null for regression.</param>
/// <param name="SamplesPerSecond">Over the last seconds of training.</param>
/// <param name="Workers">Those of the last lease by rank, then those that are waiting or lost.</param>
/// <param name="Left">Time to the end, evaluations and checkpoints as so far; null while unknown.</param>
public sealed record RunProgress(
    long Step, long StepsTotal, int Epoch, int Epochs, double Loss, double? Accuracy, double SamplesPerSecond,
    IReadOnlyList<WorkerRate> Workers, TimeSpan? Left);

/// <summary>One worker lately.</summary>
/// <param name="State">training, waiting or lost.</param>
/// <param name="FirstMicrobatch">Its shard of a full mini-batch.</param>
/// <param name="Microbatches">Its shard of a full mini-batch; 0 where it has none.</param>
/// <param name="SamplesPerSecond">Of its own shards.</param>
/// <param name="Compute">Mean time per step that it computes.</param>
/// <param name="Wait">Mean time per step that it waits for others.</param>
public sealed record WorkerRate(
    string Name, string State, int FirstMicrobatch, int Microbatches, double SamplesPerSecond, TimeSpan Compute,
    TimeSpan Wait)
{
    /// <summary>The part of its time that it waits for others, 0 to 1.</summary>
    public double WaitShare => Compute + Wait > TimeSpan.Zero ? Wait / (Compute + Wait) : 0;
}
