using Distributed.Benchmarks.Kernels;
using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>What the canonical tree costs: the share of a step that a flat sum over the shard would save.</summary>
/// <remarks>
/// Twice: from the weight-gradient products alone, which is where the tree is; and from whole steps with micro-batches
/// of 16 against steps whose shard is one micro-batch.
/// </remarks>
internal static class TreeCost
{
    internal const string Name = "tree-cost";
    private const int MicrobatchSize = 16;
    private const double ShareMax = 0.03;

    internal static Report Measure(Effort effort) => Report.Of(
        Name, $"One worker, micro-batches of {MicrobatchSize}, {effort.Rounds} rounds in turns; shares of the medians.",
        [.. effort.Workloads.SelectMany(workload => Compare(workload, effort))]);

    private static IEnumerable<Row> Compare(Workload workload, Effort effort)
    {
        using var tree = new TrainingRun(workload, 1, MicrobatchSize);
        using var flat = new TrainingRun(workload, 1, workload.BatchSize);
        var steps = Leases.StepsFor(tree.Lease, effort.RoundLength);
        var seconds = Alternating.Run(effort.Rounds, TimeSpan.Zero, () => tree.Lease(steps), () => flat.Lease(steps));
        var step = Statistics.Median(seconds[0]) / steps;
        var products = tree.Layout.Slots.Where(slot => slot.Shape.Rank == 2).Select(slot => Product(
            workload.BatchSize, slot.Shape.Dimensions[0], slot.Shape.Dimensions[1], effort)).ToList();
        foreach (var product in products)
        {
            yield return product;
        }

        var inProducts = products.Sum(row => row.Median) / 1e6 / step;
        yield return new Row(
            $"{workload.Name}: in its products", products.Sum(row => row.Median), products.Sum(row => row.Best),
            products.Sum(row => row.P99), "µs", $"{inProducts:P1} of a step", $"at most {ShareMax:P0}",
            inProducts <= ShareMax);
        yield return LeaseRow.Of($"{workload.Name}: tree steps", Rates(seconds[0]));
        var share = 1 - (Statistics.Median(seconds[1]) / Statistics.Median(seconds[0]));
        yield return LeaseRow.Of($"{workload.Name}: flat steps", Rates(seconds[1])) with
        {
            Ratio = $"tree {share:P1} of a step",
            Goal = $"at most {ShareMax:P0}",
            Met = share <= ShareMax,
        };

        double[] Rates(double[] leases) => [.. leases.Select(lease => steps * workload.BatchSize / lease)];
    }

    /// <summary>The difference between tree and flat for one layer's weight gradient, in microseconds.</summary>
    private static Row Product(int samples, int inputs, int outputs, Effort effort)
    {
        var tree = Prepared(samples, inputs, outputs, MicrobatchSize);
        var flat = Prepared(samples, inputs, outputs, 0);
        var seconds = Alternating.Run(effort.Rounds, effort.RoundLength / 10, tree.Measured, flat.Measured);
        var extra = seconds[0].Zip(seconds[1], (withTree, without) => (withTree - without) * 1e6).ToList();
        var median = Statistics.Median(extra);
        return new Row(
            $"extra time of {tree.Title}", median, (seconds[0].Min() - seconds[1].Min()) * 1e6,
            Statistics.Quantile(extra, 0.99), "µs",
            $"{median / Statistics.Median(seconds[1]) / 1e6:P1} of the product", null, null);
    }

    private static WeightGradientBenchmark Prepared(int samples, int inputs, int outputs, int microbatchSize)
    {
        var benchmark = new WeightGradientBenchmark(samples, inputs, outputs) { MicrobatchSize = microbatchSize };
        benchmark.Prepare();
        return benchmark;
    }
}
