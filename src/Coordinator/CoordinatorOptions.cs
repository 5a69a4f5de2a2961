using Distributed.Coordinator.Membership;
using Distributed.Engine.Optimizers.Schedules;

namespace Distributed.Coordinator;

/// <summary>The shape of a job, as far as steps and membership go.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>Workers to wait for before the first plan; at least 1.</summary>
    public required int Workers { get; init; }

    /// <summary>The most workers that take part; more have nothing to do and stay in reserve.</summary>
    public int WorkersMax => Microbatches;

    public required int Epochs { get; init; }

    public required int StepsPerEpoch { get; init; }

    /// <summary>Micro-batches of a full mini-batch.</summary>
    public required int Microbatches { get; init; }

    /// <summary>The state's size.</summary>
    public required StateShape Shape { get; init; }

    /// <summary>True where something is held out.</summary>
    public required bool Evaluates { get; init; }

    /// <summary>True for classification.</summary>
    public required bool CountsHits { get; init; }

    /// <summary>Held-out samples.</summary>
    public required int TestSamples { get; init; }

    /// <summary>What the sum of their losses is divided by: their weights together. Default: how many there are.
    /// </summary>
    public double? TestWeight { get; init; }

    /// <summary>The plateau of the held-out loss at which the learning rate is reduced; null for none.</summary>
    public Plateau? RatePlateau { get; init; }

    /// <summary>The plateau of the held-out loss at which the job ends; null for none.</summary>
    public Plateau? EarlyStop { get; init; }

    /// <summary>True where the job keeps the best epoch's parameters and ends with them; with EarlyStop.</summary>
    public bool RestoresBest { get; init; }

    /// <summary>Between checkpoints inside an epoch; default 1 min.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Between checkpoints at the end of epochs, at least, so that short epochs do not spend their time on them;
    /// default 5 s. The first epoch's end does not wait.
    /// </summary>
    public TimeSpan CheckpointPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How faults are met; null where workers share memory, so that a lost one ends the job.</summary>
    public RecoveryOptions? Recovery { get; init; }

    /// <summary>
    /// How long a plan may go unanswered. A failing worker is noticed at once; this is the last resort.
    /// </summary>
    public TimeSpan PlanBound { get; init; } = TimeSpan.FromMinutes(10);

    public long StepsTotal => (long)Epochs * StepsPerEpoch;
}

/// <summary>How long a coordinator waits for workers that may have failed.</summary>
public sealed record RecoveryOptions
{
    /// <summary>For everyone's standing, before the silent ones are left behind; default 3 s.</summary>
    public TimeSpan RegroupBound { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// For a plan's answers, at least, before members are asked how far they are; default 3 s. Of longer plans five
    /// times what such a plan takes.
    /// </summary>
    public TimeSpan AskBound { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>For a generation to form, before those that hold it up are left behind; default 10 s.</summary>
    public TimeSpan FormBound { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For members to find a coordinator that was started again, before those that are here are asked whether they hold
    /// all without the others; default 2 s.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For lost members to come back, before committed steps are given up; default 30 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For enough workers to be there, before the job fails; default 10 min, null for ever.</summary>
    public TimeSpan? GatherBound { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two attempts to write what must be written; default 1 s.</summary>
    public TimeSpan DiskRetryEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts to write the last checkpoint or the journal before the job fails; default 60.</summary>
    public int DiskAttempts { get; init; } = 60;
}
