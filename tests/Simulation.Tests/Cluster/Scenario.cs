namespace Distributed.Simulation.Tests.Cluster;

/// <summary>What a run is about, drawn from its seed: the job, the cluster, its speed and the faults.</summary>
internal sealed record Scenario
{
    private static readonly TimeSpan[] StepTimes =
        [TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200)];

    internal required ulong Seed { get; init; }

    internal required SimulatedJob Job { get; init; }

    internal required int Workers { get; init; }

    /// <summary>Forward and backward pass over a shard.</summary>
    internal required TimeSpan ShardTime { get; init; }

    /// <summary>A shard of the held-out samples.</summary>
    internal required TimeSpan EvaluationTime { get; init; }

    /// <summary>A checkpoint, or an entry of the journal.</summary>
    internal required TimeSpan DiskTime { get; init; }

    internal required IReadOnlyList<PlannedFault> Faults { get; init; }

    internal static Scenario Draw(ulong seed)
    {
        var random = new SeededRandom(seed, DrawPurpose.Scenario);
        var job = SmallJobs.All[random.Below(SmallJobs.All.Count)];
        var workers = 2 + random.Below(7);
        var shardTime = StepTimes[random.Below(StepTimes.Length)];
        return new Scenario
        {
            Seed = seed,
            Job = job,
            Workers = Math.Min(workers, job.Microbatches),
            ShardTime = shardTime,
            EvaluationTime = StepTimes[random.Below(StepTimes.Length)],
            DiskTime = StepTimes[random.Below(StepTimes.Length)],
            Faults = FaultPlan.Draw(new SeededRandom(seed, DrawPurpose.Faults), job, shardTime),
        };
    }

    public override string ToString() => $"{Job.Name}, {Workers} workers, {Faults.Count} faults";
}
