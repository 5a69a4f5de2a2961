namespace Distributed.Coordinator;

/// <summary>The shape of a job, as far as steps and membership go.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>Workers to wait for before the first plan; at least 1.</summary>
    public required int Workers { get; init; }

    public required int Epochs { get; init; }

    public required int StepsPerEpoch { get; init; }

    /// <summary>True where something is held out.</summary>
    public required bool Evaluates { get; init; }

    /// <summary>True for classification.</summary>
    public required bool CountsHits { get; init; }

    /// <summary>Held-out samples.</summary>
    public required int TestSamples { get; init; }

    /// <summary>Between checkpoints inside an epoch; one is written after every epoch in any case.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a plan may go unanswered. A failing worker is noticed at once; this is the last resort.
    /// </summary>
    public TimeSpan PlanBound { get; init; } = TimeSpan.FromMinutes(10);

    public long StepsTotal => (long)Epochs * StepsPerEpoch;
}
