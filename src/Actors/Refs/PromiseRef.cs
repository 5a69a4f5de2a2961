namespace Distributed.Actors;

/// <summary>A reference that takes one reply, or one notice of death, and completes a task with it.</summary>
/// <remarks>
/// The task completes in a slice of the system's dispatcher, so that its continuations neither run inside the
/// replying actor nor leave the thread of a simulation.
/// </remarks>
internal sealed class PromiseRef : InternalActorRef, IThreadPoolWorkItem
{
    private readonly LocalActorSystem _system;
    private readonly TaskCompletionSource<object> _task = new();
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;
    private ActorPath? _path;
    private object? _outcome;

    internal PromiseRef(LocalActorSystem system) => _system = system;

    /// <summary>The reply; or what the timeout or the caller's token made of it.</summary>
    internal Task<object> Task => _task.Task;

    // Most promises are never asked for their path, so it is not made before.
    public override ActorPath Path =>
        _path ?? Interlocked.CompareExchange(ref _path, _system.NextTempPath(), null) ?? _path;

    internal override bool IsTerminated => Volatile.Read(ref _outcome) is not null;

    internal override LocalActorSystem System => _system;

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!Complete(message))
        {
            _system.DeadLetterBox.Publish(message, sender ?? _system.DeadLetters, this);
        }
    }

    internal override void SendSystem(SystemMessage message)
    {
        if (message is DeathNotice notice)
        {
            Complete(new Terminated(notice.Actor, true, false));
        }
        else
        {
            DeadTarget.Answer(this, message);
        }
    }

    /// <summary>Gives up after the timeout, with the failure named.</summary>
    internal void FailAfter(TimeSpan timeout, Func<Exception> failure)
    {
        _timer = _system.TimeProvider.CreateTimer(
            _ => Complete(new Fault(failure())), null, timeout, Timeout.InfiniteTimeSpan);
        if (IsTerminated)
        {
            _timer.Dispose();
        }
    }

    /// <summary>Gives up when the caller's token says so.</summary>
    internal void CancelWith(CancellationToken token)
    {
        _registration = token.UnsafeRegister(
            _ => Complete(new Fault(new TaskCanceledException(null, null, token))), null);
        if (IsTerminated)
        {
            _registration.Dispose();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        _timer?.Dispose();
        _registration.Dispose();
        switch (_outcome)
        {
            case Fault { Cause: TaskCanceledException cause }: _task.TrySetCanceled(cause.CancellationToken); break;
            case Fault fault: _task.TrySetException(fault.Cause); break;
            default: _task.TrySetResult(_outcome!); break;
        }
    }

    private bool Complete(object outcome)
    {
        if (Interlocked.CompareExchange(ref _outcome, outcome, null) is not null)
        {
            return false;
        }

        _system.Options.Dispatcher.Schedule(this);
        return true;
    }

    private sealed record Fault(Exception Cause);
}
