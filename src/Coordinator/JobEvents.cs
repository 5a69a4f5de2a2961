using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <summary>What the coordinator tells its observer: everything a display, a log or a caller needs to know.</summary>
public abstract record JobEvent;

/// <summary>All workers have joined and the first plan goes out.</summary>
/// <param name="StepsTotal">Steps of the whole job.</param>
/// <param name="FirstStep">0, or where a resumed job goes on.</param>
public sealed record JobStarted(int Workers, long StepsTotal, int StepsPerEpoch, int Epochs, long FirstStep) : JobEvent;

/// <summary>A lease of steps is committed.</summary>
/// <param name="Steps">One entry per step from FirstStep on.</param>
/// <param name="Elapsed">From the plan to the last worker's report.</param>
/// <param name="Workers">Every worker's time, by rank; empty for steps that were recovered after a fault.</param>
public sealed record StepsCommitted(
    long FirstStep, IReadOnlyList<StepTotals> Steps, TimeSpan Elapsed, IReadOnlyList<WorkTiming> Workers) : JobEvent
{
    /// <summary>Who computed which micro-batches of a full mini-batch, by rank; empty as Workers is.</summary>
    public IReadOnlyList<WorkerShare> Shares { get; init; } = [];
}

/// <summary>A worker's part of every full mini-batch of a lease.</summary>
/// <param name="Name">The worker's.</param>
/// <param name="FirstMicrobatch">Counted in the mini-batch.</param>
/// <param name="Microbatches">How many; 0 for one that has nothing to do.</param>
public sealed record WorkerShare(string Name, int FirstMicrobatch, int Microbatches);

/// <summary>An epoch is over and evaluated.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Steps done so far.</param>
/// <param name="TrainAccuracy">Null for regression, as is TestAccuracy.</param>
/// <param name="TestLoss">Null when nothing is held out, as is TestAccuracy.</param>
public sealed record EpochCompleted(
    int Epoch, long Step, double TrainLoss, double? TrainAccuracy, double? TestLoss, double? TestAccuracy) : JobEvent;

/// <summary>A checkpoint is on disk.</summary>
public sealed record CheckpointSaved(long Step, string Location) : JobEvent;

/// <summary>A checkpoint could not be written; the job goes on and will try again.</summary>
public sealed record CheckpointFailed(long Step, string Reason) : JobEvent;

/// <summary>The last event of a job, whatever became of it.</summary>
public abstract record JobEnded : JobEvent;

/// <summary>All steps are done.</summary>
/// <param name="SamplesPerSecond">Training samples of this run over the time spent in leases.</param>
/// <param name="Elapsed">From the first plan to the end, evaluation and checkpoints included.</param>
/// <param name="Fingerprint">SHA-256 of all parameters and optimizer state.</param>
public sealed record JobDone(
    long Steps, int Epochs, int Workers, double TrainLoss, double? TestLoss, double? TestAccuracy,
    double SamplesPerSecond, TimeSpan Elapsed, string Fingerprint) : JobEnded;

/// <summary>The job was asked to stop, and did after a committed step.</summary>
/// <param name="Location">Where its checkpoint lies; empty where none was written for this.</param>
public sealed record JobStopped(long Step, string Location) : JobEnded;

/// <summary>The job cannot go on.</summary>
/// <param name="Reason">One line.</param>
/// <param name="NonFinite">What broke, when it was the loss.</param>
public sealed record JobFailed(long Step, string Reason, NonFinite? NonFinite) : JobEnded;
