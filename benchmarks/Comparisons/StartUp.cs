using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Peers;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>The published program from its start to the first step of `train` on the generated digits.</summary>
/// <remarks>
/// Units: seconds until its first line of progress, which comes after the first lease of steps; so the first step has
/// been done by then. The program is published once, into a temporary folder; at the small size what is built is run.
/// </remarks>
internal static class StartUp
{
    internal const string Name = "start";
    private const double SecondsMax = 1;

    internal static Report Measure(Effort effort)
    {
        var isReal = effort.Size == Kernels.BenchmarkSize.Real;
        var folder = Directory.CreateTempSubdirectory("distributed-start-");
        try
        {
            var (program, first) = isReal
                ? (Publish(folder.FullName), "")
                : ("dotnet", $"{Programs.Distributed} ");
            Run(program, first, folder.FullName); // reads what was just written
            var runs = Enumerable.Range(0, effort.Rounds).Select(_ => Run(program, first, folder.FullName)).ToList();
            var steps = runs.Select(run => run.FirstStep).ToList();
            return Report.Of(
                Name, $"{(isReal ? "Published" : "Built")}, {effort.Rounds} runs one after the other, files in the "
                + "system's cache.",
                [
                    Row("train on digits: data there, model built", [.. runs.Select(run => run.Started)]),
                    Row("train on digits: first step done", steps) with
                    {
                        Goal = $"at most {SecondsMax:0} s",
                        Met = steps.Min() <= SecondsMax,
                    },
                ]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Row Row(string what, List<double> seconds) => new(
        what, Statistics.Median(seconds), seconds.Min(), Statistics.Quantile(seconds, 0.99), "s", null, null, null);

    private static string Publish(string folder)
    {
        var to = Path.Combine(folder, "program");
        var project = Path.Combine(ResultFiles.FindRoot(), "src", "Cli");
        var platform = RuntimeInformation.RuntimeIdentifier;
        Programs.OutputOf("dotnet", $"publish -c Release -r {platform} --self-contained false {project} -o {to}");
        return Path.Combine(to, OperatingSystem.IsWindows() ? "distributed.exe" : "distributed");
    }

    /// <summary>Starts a run, reads its lines up to the first step, and ends it.</summary>
    private static (double Started, double FirstStep) Run(string program, string first, string folder)
    {
        var start = new ProcessStartInfo(program, $"{first}train --json --epochs 1")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        var clock = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        double? started = null;
        try
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
                using var document = JsonDocument.Parse(line);
                switch (document.RootElement.GetProperty("event").GetString())
                {
                    case "started":
                        started = seconds;
                        break;
                    case "progress" when document.RootElement.GetProperty("step").GetInt64() > 0:
                        return (started ?? seconds, seconds);
                }
            }
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }

        throw new InvalidOperationException($"{program} train ended with {process.ExitCode} before its first step");
    }
}
