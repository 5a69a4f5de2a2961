using Distributed.Coordinator;
using Distributed.Training.Progress;

namespace Distributed.Cli.Display;

/// <summary>Keeps displays away from training: events are put down at once, and shown by a thread of its own.</summary>
/// <remarks>
/// A reader that stalls stalls the display only: of progress the latest counts, and of other events at most
/// <see cref="WaitingMax"/> wait, the oldest of which are dropped. A display that throws is not called again.
/// </remarks>
internal sealed class DisplayPump
{
    internal const int WaitingMax = 10_000;

    private readonly IRunDisplay _display;
    private readonly Queue<Action> _waiting = new();
    private readonly object _gate = new();
    private readonly Thread _thread;
    private RunProgress? _progress;
    private bool _isOver;

    internal DisplayPump(IRunDisplay display)
    {
        _display = display;
        _thread = new Thread(Run) { Name = "display", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Why the display was given up; null while it works.</summary>
    internal Exception? Fault { get; private set; }

    internal void Start(RunHeader header) => Post(() => _display.Start(header));

    /// <summary>Takes a line that is no event.</summary>
    internal void Note(string line) => Post(() => _display.Note(line));

    /// <summary>Takes an event and the figures after it.</summary>
    internal void Post(JobEvent happened, RunProgress? progress)
    {
        switch (happened)
        {
            case StepsCommitted when progress is not null:
                lock (_gate)
                {
                    _progress = progress;
                    Monitor.Pulse(_gate);
                }

                break;
            case EpochCompleted epoch:
                Post(() => _display.Epoch(epoch, progress));
                break;
            case MembershipEvent membership:
                Post(() => _display.Membership(membership));
                break;
            case CheckpointSaved saved:
                Post(() => _display.Checkpoint(saved));
                break;
        }
    }

    /// <summary>Shows what is waiting, then the end.</summary>
    internal void End(RunOutcome outcome)
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        Guarded(() => _display.End(outcome));
    }

    private void Post(Action show)
    {
        lock (_gate)
        {
            if (_waiting.Count == WaitingMax)
            {
                _waiting.Dequeue();
            }

            _waiting.Enqueue(show);
            Monitor.Pulse(_gate);
        }
    }

    private void Run() => Guarded(() => _display.Around(Loop));

    private void Loop()
    {
        while (Next() is { } show)
        {
            show();
        }
    }

    /// <summary>The next thing to show, events before progress; null at the end.</summary>
    private Action? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && _progress is null && !_isOver)
            {
                Monitor.Wait(_gate);
            }

            if (_waiting.TryDequeue(out var show))
            {
                return show;
            }

            var progress = _progress;
            _progress = null;
            return progress is null ? null : () => _display.Progress(progress);
        }
    }

    private void Guarded(Action show)
    {
        if (Fault is not null)
        {
            return;
        }

        try
        {
            show();
        }
        catch (Exception error)
        {
            // A display shows; whatever is wrong with it, the training that it shows is not.
            Fault = error;
        }
    }
}
