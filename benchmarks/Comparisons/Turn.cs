using System.Globalization;
using Distributed.Benchmarks.Peers;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>One side's turn at training a job: a warm-up and the best of some rounds, in samples per second.</summary>
internal static class Turn
{
    internal const int Rounds = 4;

    /// <summary>Ours; the lease runs so many steps and says how long they took.</summary>
    internal static double Of(Func<int, TimeSpan> lease, Workload workload, TimeSpan round)
    {
        var steps = Leases.StepsFor(lease, round);
        var best = Enumerable.Range(0, Rounds).Min(_ => lease(steps));
        return steps * workload.BatchSize / best.TotalSeconds;
    }

    /// <summary>PyTorch's, with one thread.</summary>
    internal static double Of(TorchPeer peer, Workload workload, TimeSpan round)
    {
        var sides = string.Join(',', workload.SampleShape);
        return peer.Rate(TorchPeer.OwnScript("torch_models.py"), string.Create(
            CultureInfo.InvariantCulture,
            $"\"{workload.Model}\" {workload.BatchSize} {round.TotalSeconds} {sides}"));
    }
}
