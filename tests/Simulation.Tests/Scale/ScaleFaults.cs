using Distributed.Simulation.Tests.Cluster;

namespace Distributed.Simulation.Tests.Scale;

/// <summary>Draws the faults of a long run: one every so many steps, of the kinds that befall a large cluster.
/// </summary>
internal static class ScaleFaults
{
    /// <summary>Kinds with their weights: what happens most is that a worker dies.</summary>
    private static readonly (FaultKind Kind, int Weight)[] Kinds =
    [
        (FaultKind.WorkerCrash, 5), (FaultKind.WorkerPowerLoss, 2), (FaultKind.WorkerFreeze, 2),
        (FaultKind.WorkerSlow, 2), (FaultKind.WorkerLeave, 2), (FaultKind.DataLinkLoss, 3),
        (FaultKind.ControlLinkLoss, 1), (FaultKind.OneWayPartition, 1), (FaultKind.Delay, 1),
        (FaultKind.CoordinatorCrash, 1),
    ];

    /// <summary>Faults at random steps of each stretch of so many steps but the last.</summary>
    internal static IReadOnlyList<PlannedFault> Draw(ulong seed, long steps, int every)
    {
        var random = new SeededRandom(seed, DrawPurpose.Faults);
        var faults = new List<PlannedFault>();
        for (var step = 0L; step + every < steps; step += every)
        {
            faults.Add(new PlannedFault(
                Choose(random), step + random.Below(every), TimeSpan.FromMilliseconds(random.Below(100)),
                TimeSpan.FromHours(1), Lasting(random), random.Bits()));
        }

        return faults;
    }

    /// <summary>100 ms to 10 s: some are over before anyone notices, some outlast every time-out.</summary>
    private static TimeSpan Lasting(SeededRandom random) =>
        TimeSpan.FromMilliseconds(100 * Math.Pow(10, 2 * random.Uniform()));

    private static FaultKind Choose(SeededRandom random)
    {
        var left = random.Below(Kinds.Sum(kind => kind.Weight));
        return Kinds.First(kind => (left -= kind.Weight) < 0).Kind;
    }
}
