namespace Distributed.Simulation.Tests.Cluster;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A worker's process ends; another life of it starts later.</summary>
    WorkerCrash,

    /// <summary>A worker's machine loses power: nobody is told.</summary>
    WorkerPowerLoss,

    /// <summary>A worker stands still for a while, its links open.</summary>
    WorkerFreeze,

    /// <summary>
    /// A worker stands still while its group breaks up, wakes up when the others have just gone on without it, and
    /// hears of it a little later still.
    /// </summary>
    WorkerLeftBehind,

    /// <summary>A worker leaves politely; another life of it starts later.</summary>
    WorkerLeave,

    /// <summary>A worker computes several times slower.</summary>
    WorkerSlow,

    /// <summary>A new worker joins.</summary>
    WorkerJoin,

    /// <summary>All workers' processes end at once.</summary>
    AllWorkersCrash,

    /// <summary>The coordinator's process ends and is started again.</summary>
    CoordinatorCrash,

    /// <summary>The coordinator's machine loses power, with what its disk had not flushed.</summary>
    CoordinatorPowerLoss,

    /// <summary>The coordinator stands still for a while.</summary>
    CoordinatorFreeze,

    /// <summary>Two nodes are cut off from each other.</summary>
    Partition,

    /// <summary>Nothing goes from one node to another; the way back is open.</summary>
    OneWayPartition,

    /// <summary>A worker is cut off from everyone.</summary>
    Isolation,

    /// <summary>Everything between two nodes takes longer.</summary>
    Delay,

    /// <summary>What goes from one node to another waits, then comes at once.</summary>
    Hold,

    /// <summary>A data link breaks.</summary>
    DataLinkLoss,

    /// <summary>The control links between two nodes break.</summary>
    ControlLinkLoss,

    /// <summary>Frames arrive twice.</summary>
    Duplicate,

    /// <summary>A wall clock jumps.</summary>
    ClockJump,

    /// <summary>The coordinator's disk is full for a while.</summary>
    DiskFull,

    /// <summary>One write to the coordinator's disk fails.</summary>
    DiskWriteFails,

    /// <summary>The coordinator's machine dies in the middle of writing.</summary>
    DiskCrash,
}

/// <summary>A fault that a run will meet.</summary>
/// <param name="AtStep">When any worker has reached this step …</param>
/// <param name="After">… and so long after it;</param>
/// <param name="Latest">or at this time, should that step not come.</param>
/// <param name="Lasts">Until it ends, or until what it stopped is started again.</param>
/// <param name="Draw">Decides who it befalls.</param>
internal sealed record PlannedFault(
    FaultKind Kind, long AtStep, TimeSpan After, TimeSpan Latest, TimeSpan Lasts, ulong Draw);

/// <summary>Draws a run's faults: few kinds of them, very unevenly weighted, so that each run is of a sort.</summary>
internal static class FaultPlan
{
    internal const int FaultsMin = 5;

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    internal static IReadOnlyList<PlannedFault> Draw(SeededRandom random, SimulatedJob job, TimeSpan shardTime)
    {
        var weights = Kinds.Select(_ => random.Chance(0.5) ? 0 : Math.Pow(random.Uniform(), 4) + 0.01).ToArray();
        weights[random.Below(weights.Length)] += 0.1;
        var count = FaultsMin + random.Below(8);
        var faults = new List<PlannedFault>();
        for (var i = 0; i < count; i++)
        {
            // The first ones come early enough for the job not to end before them.
            var isEarly = i < FaultsMin;
            var atStep = random.Below(isEarly ? job.StepsTotal * 2 / 3 : job.StepsTotal - 1);
            var pause = Pause(random);
            faults.Add(new PlannedFault(
                Choose(weights, random), atStep, isEarly && pause > shardTime * 3 ? shardTime * 3 : pause,
                TimeSpan.FromSeconds(3 * (i + 1)), Pause(random) * 20, random.Bits()));
        }

        return [.. faults.OrderBy(fault => fault.AtStep)];
    }

    /// <summary>Mostly short, sometimes long: 10 µs to 1 s.</summary>
    private static TimeSpan Pause(SeededRandom random) =>
        TimeSpan.FromMicroseconds(10 * Math.Pow(10, 5 * random.Uniform()));

    private static FaultKind Choose(double[] weights, SeededRandom random)
    {
        var left = random.Uniform() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return Kinds[i];
            }
        }

        return Kinds[^1];
    }
}
