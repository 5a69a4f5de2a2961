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
/// <param name="Workers">Every worker's time, by rank.</param>
public sealed record StepsCommitted(
    long FirstStep, IReadOnlyList<StepTotals> Steps, TimeSpan Elapsed, IReadOnlyList<WorkTiming> Workers) : JobEvent;

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

/// <summary>A cluster's workers have come together, at first or anew; training goes on.</summary>
/// <param name="Workers">Their names, by rank.</param>
/// <param name="Step">Committed steps it goes on from.</param>
/// <param name="Reason">What happened and where the state comes from.</param>
/// <param name="Took">From the fault, or the wish to join or leave, to the first plan.</param>
public sealed record MembersChanged(
    long Generation, IReadOnlyList<string> Workers, long Step, string Reason, TimeSpan Took) : JobEvent;

/// <summary>
/// Committed steps were lost with all who held them; they are done again from the last checkpoint, to the same bits.
/// </summary>
public sealed record JobRolledBack(long FromStep, long ToStep, string Reason) : JobEvent;

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
/// <param name="Location">Where its checkpoint lies.</param>
public sealed record JobStopped(long Step, string Location) : JobEnded;

/// <summary>The job cannot go on.</summary>
/// <param name="Reason">One line.</param>
/// <param name="NonFinite">What broke, when it was the loss.</param>
public sealed record JobFailed(long Step, string Reason, NonFinite? NonFinite) : JobEnded;
