using Distributed.Coordinator;
using Distributed.Training.Runs;

namespace Distributed.Hosting;

/// <summary>
/// Journals that steps are committed, and epochs over, once their metrics are on the disk, so that no line is ever
/// missing.
/// </summary>
/// <remarks>
/// Entries are written in the order given. Of several <see cref="StepsDone"/> and <see cref="EpochDone"/> that wait,
/// the last ones are written for all: a slow disk delays the journal, and never makes it long.
/// </remarks>
internal sealed class JournalAfterMetrics(IJobJournal journal, MetricsLog metrics) : IJobJournal
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private Waiting? _waiting;

    public JournalState Found => journal.Found;

    /// <summary>Ends once everything that was appended is written, or has failed.</summary>
    public Task Settled
    {
        get
        {
            lock (_gate)
            {
                return _last.ContinueWith(
                    _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    public Task Append(JournalEntry entry)
    {
        lock (_gate)
        {
            if (entry is not (StepsDone or EpochDone))
            {
                _waiting = null;
                return _last = After(_last, () => journal.Append(entry));
            }

            if (_waiting is not null)
            {
                _waiting.Add(entry);
                return _last;
            }

            var waiting = _waiting = new Waiting();
            waiting.Add(entry);
            return _last = After(_last, () => Write(waiting));
        }
    }

    /// <summary>An entry that failed is its caller's concern, not that of the next one.</summary>
    private static async Task After(Task before, Func<Task> write)
    {
        await before.ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await write();
    }

    private async Task Write(Waiting waiting)
    {
        lock (_gate)
        {
            if (_waiting == waiting)
            {
                _waiting = null; // what comes from now on waits for the next writing
            }
        }

        // The epoch first: one that was told of steps which are not journaled is told again, by a coordinator that is
        // started anew; the other way round its end would be missing.
        if (waiting.Epoch is { } epoch)
        {
            await metrics.EpochReached(epoch.Epoch);
            await journal.Append(epoch);
        }

        if (waiting.Steps is { } steps)
        {
            await metrics.StepsReached(steps.Step);
            await journal.Append(steps);
        }
    }

    private sealed class Waiting
    {
        internal StepsDone? Steps { get; private set; }

        internal EpochDone? Epoch { get; private set; }

        internal void Add(JournalEntry entry)
        {
            Steps = entry as StepsDone ?? Steps;
            Epoch = entry as EpochDone ?? Epoch;
        }
    }
}
