using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Distributed.Benchmarks.Collectives;
using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>All-reduce between processes over the data links, in turns with gloo if its script is given.</summary>
internal static partial class AllReduce
{
    internal const string Name = "allreduce";

    /// <summary>Floats of a frame: with 64 Ki a frame stays in a second-level cache on both sides.</summary>
    internal const int FrameFloats = 64 << 10;

    /// <summary>Up to this size latency counts, beyond it bandwidth.</summary>
    private const int SmallFloats = 16_384;

    private static readonly int[] Worlds = [2, 4];
    private static readonly int[] Sizes = [1000, SmallFloats, 262_144, 4_194_304, 16_777_216];

    internal static Report Measure(Effort effort)
    {
        var isReal = effort.Size == Kernels.BenchmarkSize.Real;
        var sizes = isReal ? Sizes : [1000, 100_003];
        var (turns, rounds, work) = isReal ? (3, 4, 20_000_000) : (1, 1, 1);
        var ours = Worlds.SelectMany(world => sizes, (world, size) => (world, size)).ToDictionary(key => key, _ =>
            new List<double>());
        var gloo = ours.Keys.ToDictionary(key => key, _ => new List<double>());
        var raw = new List<double>();
        for (var turn = 0; turn < turns; turn++)
        {
            raw.Add(RawLoopback.Measure(isReal ? 1L << 30 : 1 << 20));
            foreach (var world in Worlds)
            {
                foreach (var (size, seconds) in AllReduceGroup.Run(world, rounds, work, FrameFloats, sizes))
                {
                    ours[(world, size)].AddRange(seconds);
                }
            }

            RunGloo(effort.GlooScript, gloo);
        }

        return Report.Of(
            Name, $"Processes on loopback, frames of {FrameFloats} floats, {turns * rounds} rounds"
            + (effort.GlooScript is null ? "." : ", gloo in turns; ratio of the best rounds."),
            [
                new Row("raw loopback, one way", Statistics.Median(raw) / 1e9, raw.Max() / 1e9,
                    Statistics.Quantile(raw, 0.01) / 1e9, "GB/s", null, null, null),
                .. ours.Select(one => Row(one.Key.world, one.Key.size, one.Value, gloo[one.Key])),
            ]);
    }

    private static Row Row(int world, int floats, List<double> seconds, List<double> gloo)
    {
        var bytes = floats * sizeof(float);
        var best = seconds.Min();
        var (ratio, goal, isMet) = ($"{bytes / best / 1e9:0.00} GB/s", (string?)null, (bool?)null);
        if (gloo.Count > 0)
        {
            var times = gloo.Min() / best;
            var needed = floats == SmallFloats ? 3.0 : 1.5;
            ratio += $", gloo {gloo.Min() * 1e6:0} µs: {times:0.00} ×";
            if (floats is SmallFloats or >= 4_000_000)
            {
                (goal, isMet) = ($"at least {needed} ×", times >= needed);
            }
        }

        return new Row(
            $"{world} processes, {Size(bytes)}", Statistics.Median(seconds) * 1e6, best * 1e6,
            Statistics.Quantile(seconds, 0.99) * 1e6, "µs", ratio, goal, isMet);
    }

    private static string Size(int bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MB" : $"{bytes / 1024.0:0} KB";

    /// <summary>Adds the times that the script tells, where one is given.</summary>
    private static void RunGloo(string? script, Dictionary<(int World, int Size), List<double>> times)
    {
        if (script is null)
        {
            return;
        }

        using var process = Process.Start(
            new ProcessStartInfo("python3", [script]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        foreach (Match line in GlooLine().Matches(process.StandardOutput.ReadToEnd()))
        {
            var megabytes = Number(line, "size");
            var floats = Sizes.MinBy(size => Math.Abs((size * sizeof(float) / 1e6) - megabytes));
            times[((int)Number(line, "world"), floats)].Add(Number(line, "time") / 1e6);
        }

        process.WaitForExit();
    }

    private static double Number(Match line, string group) =>
        double.Parse(line.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"world=(?<world>\d+) (?<size>[\d.]+) MB: (?<time>[\d.]+) us", RegexOptions.None, 1000)]
    private static partial Regex GlooLine();
}
