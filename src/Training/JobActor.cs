using Distributed.Coordinator;
using Distributed.Worker;

namespace Distributed.Training;

/// <summary>
/// The parent of a job's actors: starts them, hands their events to the caller, and makes sure that the job ends.
/// </summary>
/// <remarks>
/// An actor of a job that fails has lost what it knew, so it is stopped and never restarted: its end then ends the
/// job, with its error as the reason.
/// </remarks>
public sealed class JobActor : ReceiveActor
{
    private readonly Func<IActorRef, Props> _coordinatorProps;
    private readonly IReadOnlyList<Func<IActorRef, Props>> _workerProps;
    private readonly Action<JobEvent> _observer;
    private readonly TaskCompletionSource<IActorRef> _started;
    private readonly TaskCompletionSource<JobEnded> _ended;
    private IActorRef _coordinator = ActorRefs.Nobody;
    private Exception? _failure;

    /// <param name="coordinatorProps">Makes the coordinator for its observer.</param>
    /// <param name="workerProps">Each makes a worker for its finder of coordinators.</param>
    /// <param name="observer">Called with every event.</param>
    /// <param name="started">Gets the coordinator, to which a request to stop is sent.</param>
    /// <param name="ended">Gets the last one, or what the observer threw.</param>
    public JobActor(
        Func<IActorRef, Props> coordinatorProps,
        IReadOnlyList<Func<IActorRef, Props>> workerProps,
        Action<JobEvent> observer,
        TaskCompletionSource<IActorRef> started,
        TaskCompletionSource<JobEnded> ended)
    {
        (_coordinatorProps, _workerProps, _observer) = (coordinatorProps, workerProps, observer);
        (_started, _ended) = (started, ended);
        Receive<JobEvent>(OnEvent);
        Receive<FindCoordinator>(_ => Sender.Tell(new CoordinatorFound(_coordinator)));
        Receive<Terminated>(_ => OnEvent(new JobFailed(0, CoordinatorFailure(), null)));
    }

    protected override void PreStart()
    {
        _coordinator = Context.Watch(Context.ActorOf(_coordinatorProps(Self), "coordinator"));
        for (var i = 0; i < _workerProps.Count; i++)
        {
            Context.ActorOf(_workerProps[i](Self), $"worker-{i}");
        }

        _started.SetResult(_coordinator);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _failure ??= error;
        return Directive.Stop;
    });

    private void OnEvent(JobEvent happened)
    {
        if (_ended.Task.IsCompleted)
        {
            return;
        }

        try
        {
            _observer(happened);
            if (happened is JobEnded end)
            {
                _ended.TrySetResult(WithFailure(end));
            }
        }
        catch (Exception error)
        {
            _ended.TrySetException(error);
        }
    }

    private string CoordinatorFailure() =>
        $"the coordinator failed: {_failure?.Message ?? "it stopped without a word"}";

    /// <summary>A worker's failure reaches the coordinator as its end only; here the reason is known.</summary>
    private JobEnded WithFailure(JobEnded end) => end is JobFailed failed && _failure is { } failure
        && !failed.Reason.Contains(failure.Message, StringComparison.Ordinal)
            ? failed with { Reason = $"{failed.Reason}: {failure.Message}" }
            : end;
}
