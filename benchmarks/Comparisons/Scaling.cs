using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Two workers in one process against one, and against two jobs apart: samples per second.</summary>
internal static class Scaling
{
    internal const string Name = "scaling";

    internal static Report Measure(Effort effort)
    {
        var rows = effort.Workloads.SelectMany(workload => Compare(workload, effort)).ToList();
        return Report.Of(
            Name, "One worker, two, and two jobs of one worker that share nothing, in turns, "
            + $"{effort.Rounds} rounds of {effort.RoundLength.TotalMilliseconds} ms; ratios of the best rounds.", rows);
    }

    private static IEnumerable<Row> Compare(Workload workload, Effort effort)
    {
        var points = WorkerScaling.Measure(
            workload, [1, 2], Workload.MicrobatchSize, effort.Rounds, effort.RoundLength);
        var share = points[0].OperationsPerSecond / Peak.OperationsPerSecond;
        var goal = workload == Workload.Seed ? 1.6 : 1.9;
        yield return LeaseRow.Of($"{workload.Name}, 1 worker", points[0].Rates) with
        {
            Ratio = $"{share:P0} of a core's peak",
        };
        yield return LeaseRow.Of($"{workload.Name}, 2 workers", points[1].Rates) with
        {
            Ratio = $"{points[1].Ratio:0.00} × one, {points[1].Ratio / points[1].ApartRatio:0.00} × two jobs apart",
            Goal = $"at least {goal:0.0} ×",
            Met = points[1].Ratio >= goal,
        };
        yield return LeaseRow.Of($"{workload.Name}, 2 jobs apart", points[1].Apart) with
        {
            Ratio = $"{points[1].ApartRatio:0.00} × one",
        };
    }
}
