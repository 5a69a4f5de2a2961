using Distributed.Cli.Display;
using Distributed.Coordinator;
using Distributed.Training.Progress;
using Distributed.Training.Runs;

namespace Distributed.Cli.Runs;

/// <summary>Shows a run while it goes on, and says how it ended; the same for one process and for a cluster.</summary>
internal sealed class RunShow
{
    private readonly RunHeader _header;
    private readonly MetricsLog _metrics;
    private readonly CliHost _host;
    private readonly RunTracker _tracker;
    private readonly DisplayPump _pump;
    private string? _checkpoint;

    /// <param name="header">Shown at once.</param>
    /// <param name="countsHits">False for regression.</param>
    /// <param name="metrics">Asked for its fault at the end.</param>
    /// <param name="json">Lines of JSON instead of text.</param>
    internal RunShow(RunHeader header, bool countsHits, MetricsLog metrics, bool json, CliHost host)
    {
        (_header, _metrics, _host) = (header, metrics, host);
        _tracker = new RunTracker(header.Epochs, header.StepsPerEpoch, header.FirstStep, countsHits, host.Clock);
        var display = Displays.Open(json, host);
        _pump = new DisplayPump(display);
        _pump.Start(header);
        if (display.TakesNotes)
        {
            (host.Error as ErrorLines)?.Redirect(_pump.Note);
        }
    }

    /// <summary>Takes an event; shows it soon, on another thread.</summary>
    internal void Observe(JobEvent happened)
    {
        _tracker.Observe(happened);
        if (happened is CheckpointSaved saved)
        {
            _checkpoint = DataPath.ShortPath(saved.Location, _host);
            happened = saved with { Location = _checkpoint };
        }

        _pump.Post(happened, _tracker.Progress);
        if (happened is CheckpointFailed failed)
        {
            _host.Error.WriteLine(
                $"step {failed.Step}: the checkpoint could not be written: {failed.Reason}; the job goes on");
        }
    }

    /// <summary>Shows the end and returns the exit code.</summary>
    /// <param name="checkpoint">The last one, where the events did not tell it.</param>
    internal int End(JobEnded end, string? checkpoint, Interrupts interrupts)
    {
        (_host.Error as ErrorLines)?.Redirect(null);
        _pump.End(new RunOutcome(end, _header.Command, _header.RunDirectory, checkpoint ?? _checkpoint)
        {
            Epochs = _header.Epochs,
        });
        if (_pump.Fault is { } fault)
        {
            _host.Error.WriteLine(
                $"the display failed: {fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}; the run did not: see "
                + _header.RunDirectory);
        }

        if (_metrics.Fault is { } lost)
        {
            _host.Error.WriteLine(lost);
        }

        switch (end)
        {
            case JobDone:
                return ExitCodes.Done;
            case JobStopped:
                return ExitCodes.SignalBase + (interrupts.Signal == 0 ? 2 : interrupts.Signal);
            case JobFailed failed:
                _host.Error.WriteLine($"distributed: {failed.Reason.ReplaceLineEndings(" ")}");
                return failed.NonFinite is null ? ExitCodes.Failed : ExitCodes.NotFinite;
            default:
                throw new InvalidOperationException($"a job ended with {end.GetType().Name}");
        }
    }
}
