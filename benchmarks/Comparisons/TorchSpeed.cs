using System.Globalization;
using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Peers;
using Distributed.Engine.Errors;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Whole jobs against PyTorch: one worker and one thread, two workers and two processes, in turns.</summary>
/// <remarks>
/// Units: samples per second. A turn of each side is a warm-up and the best of four rounds. Ours reads its samples in
/// shuffled order from memory each step and trains in micro-batches; PyTorch trains on one batch that never changes.
/// Goals are against PyTorch as it comes; beside it runs one that keeps the memory it frees, as its user may set.
/// </remarks>
internal static class TorchSpeed
{
    internal const string Name = "compare";

    internal static Report Measure(Effort effort)
    {
        var isReal = effort.Size == Kernels.BenchmarkSize.Real;
        var peer = effort.FindTorch();
        var cases = isReal
            ? TorchCase.All.Where(one => effort.Only?.Contains(one.Name) ?? true).ToList()
            : [TorchCase.Small];
        if (cases.Count == 0)
        {
            throw new UserErrorException(
                $"--only {string.Join(';', effort.Only!)}: choose of "
                + string.Join(';', TorchCase.All.Select(one => one.Name)));
        }

        var round = isReal ? TimeSpan.FromSeconds(1) : effort.RoundLength;
        return Report.Of(
            Name, $"{effort.Turns} turns, of each the best of {Turn.Rounds} rounds of about "
            + $"{round.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s; ratios of the best turns, and of the "
            + "medians in brackets. " + (peer?.BothSettings ?? TorchPeer.Absent),
            [.. cases.SelectMany(one => Rows(one, Compare(one, effort, peer, round)))]);
    }

    private static Rates Compare(TorchCase one, Effort effort, TorchPeer? peer, TimeSpan round)
    {
        var rates = new Rates([], [], [], [], [], []);
        var microbatch = Math.Min(Workload.MicrobatchSize, one.Workload.BatchSize);
        using var first = new TrainingRun(one.Workload, 1, microbatch);
        using var second = one.TwoGoal is null ? null : new TrainingRun(one.Workload, 2, microbatch);
        using var apart = one.TwoGoal is null ? null : new SeparateRuns(one.Workload, 2, microbatch);
        for (var turn = 0; turn < effort.Turns; turn++)
        {
            Console.Error.WriteLine($"{one.Name}: turn {turn + 1} of {effort.Turns}");
            rates.One.Add(Turn.Of(first.Lease, one.Workload, round));
            if (peer is not null)
            {
                rates.Thread.Add(Peer(peer, one, effort, "single", round));
            }

            if (peer is not null && one.IsGiven)
            {
                rates.Keeping.Add(Peer(peer.KeepingMemory(), one, effort, "single", round));
            }

            if (second is not null && apart is not null)
            {
                rates.Two.Add(Turn.Of(second.Lease, one.Workload, round));
                rates.Apart.Add(Turn.Of(steps => apart.Lease(2, steps), one.Workload, round));
            }

            if (peer is not null && one.ParallelGoal is not null)
            {
                rates.Processes.Add(Peer(peer, one, effort, "ddp", round));
            }
        }

        return rates;
    }

    private static IEnumerable<Row> Rows(TorchCase one, Rates rates)
    {
        var name = one.Workload.Name;
        if (rates.Thread.Count > 0)
        {
            yield return LeaseRow.Of($"{name}, PyTorch, 1 thread", rates.Thread);
        }

        yield return Against($"{name}, 1 worker", rates.One, rates.Thread, "PyTorch", one.OneGoal);
        if (rates.Keeping.Count > 0)
        {
            yield return LeaseRow.Of($"{name}, PyTorch, 1 thread, keeping memory", rates.Keeping) with
            {
                Ratio = $"1 worker {Ratio(rates.One, rates.Keeping, "this")}",
            };
        }

        if (rates.Two.Count > 0)
        {
            var two = Against($"{name}, 2 workers", rates.Two, rates.One, "one", one.TwoGoal!.Value);
            yield return two with { Ratio = $"{two.Ratio}, {Ratio(rates.Two, rates.Apart, "two jobs apart")}" };
            yield return LeaseRow.Of($"{name}, 2 jobs apart", rates.Apart) with
            {
                Ratio = Ratio(rates.Apart, rates.One, "one"),
            };
        }

        if (rates.Processes.Count > 0)
        {
            yield return LeaseRow.Of($"{name}, PyTorch DDP (gloo), 2 processes", rates.Processes);
            yield return Against(
                $"{name}, 2 workers ÷ PyTorch DDP", rates.Two, rates.Processes, "DDP", one.ParallelGoal!.Value);
        }
    }

    /// <summary>A row with its ratio to something else, where that was measured.</summary>
    private static Row Against(string what, List<double> rates, List<double> other, string called, double goal)
    {
        var row = LeaseRow.Of(what, rates);
        if (other.Count == 0)
        {
            return row;
        }

        return row with
        {
            Ratio = Ratio(rates, other, called),
            Goal = $"at least {goal:0.0} ×",
            Met = rates.Max() / other.Max() >= goal,
        };
    }

    /// <summary>Of the best, and of the medians in brackets.</summary>
    private static string Ratio(List<double> rates, List<double> other, string called) =>
        $"{rates.Max() / other.Max():0.00} × {called} ({Statistics.Median(rates) / Statistics.Median(other):0.00})";

    private static double Peer(TorchPeer peer, TorchCase one, Effort effort, string mode, TimeSpan round) =>
        one.IsGiven
            ? peer.Rate(effort.TorchScript!, $"{one.Name} 1 {mode}")
            : Turn.Of(peer, one.Workload, round);

    /// <summary>
    /// Samples per second of every turn: one worker, two, and two jobs apart; PyTorch's one thread, the same keeping
    /// memory, and its two processes.
    /// </summary>
    private sealed record Rates(
        List<double> One, List<double> Two, List<double> Apart, List<double> Thread, List<double> Keeping,
        List<double> Processes);
}
