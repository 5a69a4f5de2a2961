using System.Runtime.CompilerServices;
using Distributed.Benchmarks.Measuring;
using Distributed.Cluster.Messages;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Bytes that a steady-state step allocates on each compute thread.</summary>
/// <remarks>
/// A lease of 2n steps against one of n: what a lease costs once drops out, and so does the report, which has an
/// entry per step by design.
/// </remarks>
internal static class Allocations
{
    internal const string Name = "allocations";

    internal static Report Measure(Effort effort) => Report.Of(
        Name, $"Leases of {2 * effort.StepsMin} steps against {effort.StepsMin}, per compute thread; "
        + $"the report's {Unsafe.SizeOf<StepTotals>()} bytes per step do not count.",
        [.. from workload in effort.Workloads
            from workers in Enumerable.Range(1, 2)
            select Count(workload, workers, effort)]);

    private static Row Count(Workload workload, int workers, Effort effort)
    {
        using var run = new TrainingRun(workload, workers);
        var steps = effort.StepsMin;
        run.AllocatedBy(steps);
        var perStep = Enumerable.Range(0, 3).SelectMany(_ =>
        {
            var once = run.AllocatedBy(steps);
            var twice = run.AllocatedBy(2 * steps);
            return twice.Zip(once, (more, less) => ((more - less) / (double)steps) - Unsafe.SizeOf<StepTotals>());
        }).ToList();
        return new Row(
            $"{workload.Name}, {workers} {(workers == 1 ? "worker" : "workers")}", Statistics.Median(perStep),
            perStep.Min(), perStep.Max(), "bytes/step", null, "0 bytes", perStep.All(bytes => bytes == 0));
    }
}
