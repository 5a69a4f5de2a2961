using Distributed.Coordinator;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Distributed.Cli.Display;

/// <summary>A few lines at the bottom of the terminal that change in place; finished epochs stay above them.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, TimeProvider clock) : IRunDisplay
{
    /// <summary>The least time between two pictures.</summary>
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(150);

    /// <summary>Workers that get a line of their own; more are put together.</summary>
    private const int WorkersShownMax = 8;

    private LiveDisplayContext? _live;
    private RunHeader? _header;
    private long? _lastFrame;

    public void Around(Action loop) =>
        console.Live(new Text("starting …")).AutoClear(true).Overflow(VerticalOverflow.Crop).Start(live =>
        {
            _live = live;
            loop();
        });

    public void Start(RunHeader header)
    {
        _header = header;
        console.MarkupLineInterpolated($"[bold]{Wording.What(header)}[/]");
        console.MarkupLineInterpolated($"[grey]{Wording.How(header)}; {header.RunDirectory}[/]");
        if (header.FirstStep > 0)
        {
            console.MarkupLineInterpolated($"[grey]going on after step {Wording.Count(header.FirstStep)}[/]");
        }
    }

    public void Progress(RunProgress progress)
    {
        if (_lastFrame is { } last && clock.GetElapsedTime(last) < Frame)
        {
            return;
        }

        _lastFrame = clock.GetTimestamp();
        _live?.UpdateTarget(Picture(progress, console.Profile.Width));
    }

    public void Epoch(EpochCompleted epoch, RunProgress? progress) =>
        console.MarkupLineInterpolated($"epoch {epoch.Epoch}/{_header?.Epochs}  {Wording.Results(epoch)}");

    public void Checkpoint(CheckpointSaved saved)
    {
        // One follows every epoch; the last is named at the end.
    }

    public void End(RunOutcome outcome)
    {
        foreach (var line in Wording.Summary(outcome))
        {
            console.WriteLine(line);
        }
    }

    /// <summary>What is shown while it runs.</summary>
    internal static Rows Picture(RunProgress progress, int width)
    {
        var accuracy = progress.Accuracy is { } share ? $"  accuracy {Wording.Percent(share)}" : "";
        var left = progress.Left is { } time ? $"  {Wording.Duration(time)} left" : "";
        var done = $"  epoch {progress.Epoch}/{progress.Epochs}  step {Wording.Count(progress.Step)}"
            + $"/{Wording.Count(progress.StepsTotal)}{left}";
        var bar = new Markup(Bar((double)progress.Step / progress.StepsTotal, Math.Clamp(width - done.Length - 1, 4, 40))
            + Markup.Escape(done));
        var lines = new List<IRenderable>
        {
            bar,
            new Text($"loss {Wording.Loss(progress.Loss)}{accuracy}  (mean of the last {RunTracker.WindowSteps} steps)"),
            new Text(Wording.Rate(progress.SamplesPerSecond)),
        };
        lines.AddRange(Workers(progress.Workers).Select(line => new Markup($"[grey]{Markup.Escape(line)}[/]")));
        return new Rows(lines);
    }

    private static IEnumerable<string> Workers(IReadOnlyList<WorkerRate> workers)
    {
        if (workers.Count > WorkersShownMax)
        {
            yield return $"  {workers.Count} workers: {Wording.Rate(workers.Min(worker => worker.SamplesPerSecond))} to "
                + $"{Wording.Rate(workers.Max(worker => worker.SamplesPerSecond))}, waiting "
                + $"{workers.Min(worker => worker.WaitShare) * 100:0} to {workers.Max(worker => worker.WaitShare) * 100:0} %";
            yield break;
        }

        for (var rank = 0; rank < workers.Count; rank++)
        {
            yield return $"  worker {rank}: {Wording.Rate(workers[rank].SamplesPerSecond)}, waiting "
                + $"{workers[rank].WaitShare * 100:0} %";
        }
    }

    private static string Bar(double part, int columns)
    {
        var full = Math.Clamp((int)(part * columns), 0, columns);
        return $"[green]{new string('━', full)}[/][grey]{new string('─', columns - full)}[/]";
    }
}
