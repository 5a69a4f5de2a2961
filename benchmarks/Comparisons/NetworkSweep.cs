using System.Globalization;
using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Peers;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Networks drawn from a seed against PyTorch, one worker and one thread.</summary>
/// <remarks>
/// Units: samples per second. Every network has a turn on each side; those that come off worst against a PyTorch that
/// keeps memory have all turns, and their rows.
/// </remarks>
internal static class NetworkSweep
{
    internal const string Name = "sweep";
    private const int RowsMax = 10;

    internal static Report Measure(Effort effort)
    {
        var isReal = effort.Size == Kernels.BenchmarkSize.Real;
        var round = isReal ? TimeSpan.FromMilliseconds(200) : effort.RoundLength;
        var peer = effort.FindTorch();
        var networks = RandomNetwork.AllOf(effort.Seed).Take(effort.Networks)
            .Select(network => new Rates(network, [], [], [])).ToList();
        foreach (var (number, rates) in networks.Index())
        {
            Console.Error.WriteLine($"network {number + 1} of {effort.Networks}: {rates.Network.Name}");
            AddTurn(rates, peer, round);
        }

        var shown = networks.OrderBy(rates => peer is null ? 0 : rates.AgainstKeeping).Take(RowsMax).ToList();
        for (var turn = 1; turn < effort.Turns; turn++)
        {
            Console.Error.WriteLine($"the {shown.Count} that came off worst: turn {turn + 1} of {effort.Turns}");
            shown.ForEach(rates => AddTurn(rates, peer, round));
        }

        return Report.Of(
            Name, $"Seed {effort.Seed}. Networks have a turn of each side, the best of {Turn.Rounds} rounds of about "
            + $"{round.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s; those with rows below the best of "
            + $"{effort.Turns}. {peer?.BothSettings ?? TorchPeer.Absent}",
            [.. peer is null ? [] : Sums(networks), .. shown.Select(Row)]);
    }

    private static void AddTurn(Rates rates, TorchPeer? peer, TimeSpan round)
    {
        var microbatch = Math.Min(Workload.MicrobatchSize, rates.Network.BatchSize);
        using (var run = new TrainingRun(rates.Network, 1, microbatch))
        {
            rates.One.Add(Turn.Of(run.Lease, rates.Network, round));
        }

        if (peer is not null)
        {
            rates.Thread.Add(Turn.Of(peer, rates.Network, round));
            rates.Keeping.Add(Turn.Of(peer.KeepingMemory(), rates.Network, round));
        }
    }

    private static IEnumerable<Row> Sums(List<Rates> networks)
    {
        var asItComes = Sum("PyTorch", [.. networks.Select(rates => rates.AgainstThread)]);
        yield return asItComes with
        {
            Goal = $"at least {TorchCase.LeastGoal:0.0} ×",
            Met = networks.Min(rates => rates.AgainstThread) >= TorchCase.LeastGoal,
        };
        yield return Sum("PyTorch that keeps memory", [.. networks.Select(rates => rates.AgainstKeeping)]);
    }

    private static Row Sum(string other, List<double> ratios) => new(
        $"{ratios.Count} networks, 1 worker ÷ {other}", Statistics.Median(ratios), ratios.Max(),
        Statistics.Quantile(ratios, 0.01), "×", $"{ratios.Min():0.00} × at least", null, null);

    private static Row Row(Rates rates) => LeaseRow.Of(rates.Network.Name, rates.One) with
    {
        Ratio = rates.Thread.Count == 0
            ? null
            : $"{rates.AgainstThread:0.00} × PyTorch, {rates.AgainstKeeping:0.00} × keeping memory",
    };

    /// <summary>Samples per second of every turn: ours, PyTorch's, and the same keeping memory.</summary>
    private sealed record Rates(Workload Network, List<double> One, List<double> Thread, List<double> Keeping)
    {
        internal double AgainstThread => One.Max() / Thread.Max();

        internal double AgainstKeeping => One.Max() / Keeping.Max();
    }
}
