using Distributed.Training.Progress;
using Spectre.Console;

namespace Distributed.Cli.Display;

/// <summary>The changing lines of the live display, as markup, none wider than asked for.</summary>
internal static class LivePicture
{
    /// <summary>Workers that get a line of their own; more are put together.</summary>
    private const int WorkersShownMax = 8;

    private const int BarColumnsMax = 40;

    internal static string[] Of(RunProgress progress, int columns)
    {
        var accuracy = progress.Accuracy is { } share ? $"  accuracy {Wording.Percent(share)}" : "";
        var means = $"loss {Wording.Loss(progress.Loss)}{accuracy}  (mean of the last {RunTracker.WindowSteps} steps)";
        return
        [
            First(progress, columns),
            Line(means, columns),
            Line($"{Wording.Rate(progress.SamplesPerSecond)}", columns),
            .. Workers(progress.Workers).Select(line => $"[grey]{Line(line, columns)}[/]"),
        ];
    }

    /// <summary>The bar, and how far it is in numbers; where there is little room, the numbers alone.</summary>
    private static string First(RunProgress progress, int columns)
    {
        var left = progress.Left is { } time ? $"  {Wording.Duration(time)} left" : "";
        var numbers = $"epoch {progress.Epoch}/{progress.Epochs}  step {Wording.Count(progress.Step)}"
            + $"/{Wording.Count(progress.StepsTotal)}{left}";
        var room = Math.Min(columns - numbers.Length - 2, BarColumnsMax);
        if (room < 4)
        {
            return Line(numbers, columns);
        }

        var full = Math.Clamp((int)((double)progress.Step / progress.StepsTotal * room), 0, room);
        return $"[green]{new string('━', full)}[/][grey]{new string('─', room - full)}[/]  {Line(numbers, columns)}";
    }

    private static IEnumerable<string> Workers(IReadOnlyList<WorkerRate> workers)
    {
        if (workers.Count > WorkersShownMax)
        {
            var rates = workers.Select(worker => worker.SamplesPerSecond).Order().ToList();
            var waits = workers.Select(worker => worker.WaitShare * 100).Order().ToList();
            yield return $"  {workers.Count} workers: {Wording.Rate(rates[0])} to {Wording.Rate(rates[^1])}, "
                + $"waiting {waits[0]:0} to {waits[^1]:0} %";
            yield break;
        }

        var width = workers.Max(worker => worker.Name.Length);
        foreach (var worker in workers)
        {
            yield return $"  {worker.Name.PadRight(width)}  {Figures(worker)}";
        }
    }

    private static string Figures(WorkerRate worker) => worker.State != "training"
        ? worker.State
        : $"{Shard(worker)}  {Wording.Rate(worker.SamplesPerSecond)}, computing "
            + $"{worker.Compute.TotalMilliseconds:0.00} ms, waiting {worker.Wait.TotalMilliseconds:0.00} ms a step";

    private static string Shard(WorkerRate worker) => worker.Microbatches switch
    {
        0 => "no micro-batch",
        1 => $"micro-batch {worker.FirstMicrobatch}",
        _ => $"micro-batches {worker.FirstMicrobatch} to {worker.FirstMicrobatch + worker.Microbatches - 1}",
    };

    private static string Line(string text, int columns) =>
        Markup.Escape(text.Length <= columns ? text : text[..Math.Max(0, columns)]);
}
