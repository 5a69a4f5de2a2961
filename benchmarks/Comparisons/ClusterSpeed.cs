using System.Text.Json;
using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Peers;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>
/// The `mlp` job as users run it: a cluster of processes, one process of as many workers, and PyTorch's DDP over gloo
/// if its script is given, in turns.
/// </summary>
/// <remarks>
/// Units: training samples per second, without start and evaluation. Of each of our runs its best 3 seconds, which is
/// what its progress shows; of PyTorch's the best of four rounds of about one second and a half.
/// </remarks>
internal static class ClusterSpeed
{
    internal const string Name = "cluster";

    internal static Report Measure(Effort effort)
    {
        var isReal = effort.Size == Kernels.BenchmarkSize.Real;
        var (turns, job) = (effort.Turns, isReal ? "--model mlp:512,512 --epochs 20" : "--model mlp:8 --epochs 1");
        var peer = effort.FindTorch();
        var (cluster, threads, torch) = (new List<double>(), new List<double>(), new List<double>());
        for (var turn = 0; turn < turns; turn++)
        {
            cluster.Add(Run($"cluster --workers 2 {job}"));
            threads.Add(Run($"train --workers 2 {job}"));
            if (peer is not null)
            {
                torch.Add(peer.Rate(effort.TorchScript!, "mlp 1 ddp"));
            }
        }

        var rows = new List<Row>
        {
            Row("mlp, one process of 2 workers", threads, null, null),
            Row(
                "mlp, cluster of 2 processes", cluster,
                $"{Statistics.Median(cluster) / Statistics.Median(threads):0.00} × one process", null),
        };
        if (torch.Count > 0)
        {
            rows.Add(Row("mlp, PyTorch DDP (gloo) of 2 processes", torch, null, null));
            var times = Statistics.Median(cluster) / Statistics.Median(torch);
            rows.Add(Row("mlp, cluster ÷ PyTorch DDP", cluster, $"{times:0.00} ×", times));
        }

        return Report.Of(
            Name, $"Whole processes, {turns} turns, of each run the best 3 s; ratios of the medians."
            + (peer is null ? "" : $" {peer.Settings}"), rows);
    }

    private static Row Row(string what, List<double> rates, string? ratio, double? times) => new(
        what, Statistics.Median(rates), rates.Max(), Statistics.Quantile(rates, 0.01), "samples/s", ratio,
        times is null ? null : "at least 1.5 ×", times is null ? null : times >= 1.5);

    /// <summary>Runs the program in a folder of its own, and takes the best rate of its progress.</summary>
    private static double Run(string arguments)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-benchmark-");
        try
        {
            var output = Programs.OutputOf("dotnet", $"{Programs.Distributed} {arguments} --json", folder.FullName);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Max(RateIn);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double RateIn(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.TryGetProperty("samplesPerSecond", out var rate) ? rate.GetDouble() : 0;
    }
}
