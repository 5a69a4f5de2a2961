using Distributed.Benchmarks.Kernels;
using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Every kernel's speed, in turns with the others, against the machine's peak.</summary>
internal static class KernelSpeeds
{
    internal const string Name = "kernels";

    private static readonly int[] ClassCounts = [10, 1000];
    private static readonly bool[] Directions = [false, true];

    internal static Report Measure(Effort effort)
    {
        var kernels = All(effort.Size).ToList();
        kernels.ForEach(kernel => kernel.Prepare());
        var ways = kernels.Select(kernel => (Action)kernel.Measured).ToArray();
        var seconds = Alternating.Run(effort.Rounds, effort.RoundLength / 10, ways);
        return Report.Of(
            Name, $"One thread, {effort.Rounds} rounds in turns; a core's measured peak is "
            + $"{Peak.OperationsPerSecond / 1e9:0} GFLOP/s.", [.. kernels.Zip(seconds, Row)]);
    }

    /// <summary>Every kernel with each of its settings.</summary>
    internal static IEnumerable<KernelBenchmark> All(BenchmarkSize size) =>
    [
        .. Enum.GetValues<LinearForm>().Select(form => new LinearBenchmark { Size = size, Form = form }),
        new WeightGradientBenchmark { Size = size, MicrobatchSize = 16 },
        new WeightGradientBenchmark { Size = size, MicrobatchSize = 0 },
        .. Enum.GetValues<ElementWiseFunction>()
            .Select(function => new ElementWiseBenchmark { Size = size, Function = function }),
        .. from classes in ClassCounts
           from backward in Directions
           select new CrossEntropyBenchmark { Size = size, Classes = classes, Backward = backward },
    ];

    private static Row Row(KernelBenchmark kernel, double[] seconds)
    {
        var (work, unit) = kernel.Operations > 0 ? (kernel.Operations, "GFLOP/s") : (kernel.Bytes, "GB/s");
        var speeds = seconds.Select(time => work / time / 1e9).ToList();
        var share = kernel.Operations > 0 ? $"{speeds.Max() * 1e9 / Peak.OperationsPerSecond:P0} of peak" : null;
        return new Row(
            kernel.Title, Statistics.Median(speeds), speeds.Max(), Statistics.Quantile(speeds, 0.01), unit, share, null,
            null);
    }
}
