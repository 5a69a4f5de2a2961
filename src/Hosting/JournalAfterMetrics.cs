using Distributed.Coordinator;
using Distributed.Training.Runs;

namespace Distributed.Hosting;

/// <summary>Journals that steps are committed once their metrics are on the disk: no line is ever missing.</summary>
/// <remarks>
/// Entries are written in the order given. Of several <see cref="StepsDone"/> that wait, the last one is written for
/// all: a slow disk delays the journal, and never makes it long.
/// </remarks>
internal sealed class JournalAfterMetrics(IJobJournal journal, MetricsLog metrics) : IJobJournal
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private WaitingSteps? _waiting;

    public JournalState Found => journal.Found;

    public Task Append(JournalEntry entry)
    {
        lock (_gate)
        {
            if (entry is not StepsDone steps)
            {
                _waiting = null;
                return _last = After(_last, () => journal.Append(entry));
            }

            if (_waiting is not null)
            {
                _waiting.Step = steps.Step;
                return _last;
            }

            var waiting = _waiting = new WaitingSteps { Step = steps.Step };
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

    private async Task Write(WaitingSteps waiting)
    {
        long step;
        lock (_gate)
        {
            if (_waiting == waiting)
            {
                _waiting = null; // what comes from now on waits for the next writing
            }

            step = waiting.Step;
        }

        await metrics.StepsReached(step);
        await journal.Append(new StepsDone(step));
    }

    private sealed class WaitingSteps
    {
        internal long Step { get; set; }
    }
}
