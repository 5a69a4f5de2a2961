using Distributed.Coordinator;

namespace Distributed.Training;

/// <summary>Hands a job's events to the caller, and makes sure that the last one comes.</summary>
internal sealed class ObserverActor : ReceiveActor
{
    private readonly Action<JobEvent> _observer;
    private readonly TaskCompletionSource<JobEnded> _ended;

    public ObserverActor(Action<JobEvent> observer, TaskCompletionSource<JobEnded> ended)
    {
        (_observer, _ended) = (observer, ended);
        Receive<Follow>(follow => Context.Watch(follow.Coordinator));
        Receive<JobEnded>(OnEnded);
        Receive<JobEvent>(_observer);
        Receive<Terminated>(_ => OnEnded(new JobFailed(0, "the coordinator stopped without a word", null)));
    }

    private void OnEnded(JobEnded end)
    {
        if (!_ended.Task.IsCompleted)
        {
            try
            {
                _observer(end);
            }
            finally
            {
                _ended.TrySetResult(end);
            }
        }
    }

    /// <summary>The coordinator whose end is the job's.</summary>
    internal sealed record Follow(IActorRef Coordinator);
}
