using Distributed.Coordinator;
using Distributed.Training.Progress;

namespace Distributed.Cli.Display;

/// <summary>
/// Lines for a log file or a pipe: what it is, a line per epoch, a sign of life every few seconds, the end.
/// </summary>
internal sealed class PlainDisplay(TextWriter output, TimeProvider clock) : IRunDisplay
{
    /// <summary>The least time between two signs of life.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private long _lastLine;
    private int _epochs;

    public void Around(Action loop) => loop();

    public void Start(RunHeader header)
    {
        _epochs = header.Epochs;
        Write(Wording.What(header));
        Write(Wording.How(header));
        var going = header.FirstStep > 0 ? $", going on after step {Wording.Count(header.FirstStep)}" : "";
        Write($"{Wording.Plural(header.Epochs, "epoch")} of {Wording.Plural(header.StepsPerEpoch, "step")}{going}; "
            + $"run directory {header.RunDirectory}");
    }

    public void Progress(RunProgress progress)
    {
        if (clock.GetElapsedTime(_lastLine) < Quiet)
        {
            return;
        }

        var accuracy = progress.Accuracy is { } share ? $"  accuracy {Wording.Percent(share)}" : "";
        var left = progress.Left is { } time ? $"  {Wording.Duration(time)} left" : "";
        Write($"step {Wording.Count(progress.Step)}/{Wording.Count(progress.StepsTotal)}  "
            + $"loss {Wording.Loss(progress.Loss)}{accuracy} (last {RunTracker.WindowSteps} steps)  "
            + $"{Wording.Rate(progress.SamplesPerSecond)}{left}");
    }

    public void Epoch(EpochCompleted epoch, RunProgress? progress)
    {
        var rate = progress is null ? "" : $"  {Wording.Rate(progress.SamplesPerSecond)}";
        Write($"epoch {epoch.Epoch}/{_epochs}  {Wording.Results(epoch)}{rate}");
    }

    public void Checkpoint(CheckpointSaved saved)
    {
        // One follows every epoch; the last is named at the end.
    }

    public void Membership(MembershipEvent happened) => Write(Wording.Of(happened));

    public void End(RunOutcome outcome)
    {
        foreach (var line in Wording.Summary(outcome))
        {
            Write(line);
        }
    }

    private void Write(string line)
    {
        output.Write(line + "\n");
        output.Flush();
        _lastLine = clock.GetTimestamp();
    }
}
