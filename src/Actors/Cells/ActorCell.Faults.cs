namespace Distributed.Actors;

/// <content>Failure: the child's side (suspend, resume, recreate) and the parent's (decide).</content>
// Note [Suspension count]: a failure, and a Suspend from above, each add one; each is answered by exactly one Resume
// or Recreate, which takes one away. Failing suspends all descendants with the actor, except the child whose failure
// is passed on, which is suspended already; resuming, or a restart that children survive, reaches them again.
internal sealed partial class ActorCell
{
    private SupervisorStrategy? _strategy;
    private Envelope _failedEnvelope;
    private Exception? _restartCause;
    private int _suspendCount;
    private bool _isFirstStart;

    internal RestartBudget RestartBudget { get; } = new();

    private SupervisorStrategy Strategy =>
        _strategy ??= Props.SupervisorStrategy ?? _actor?.MakeStrategy() ?? SupervisorStrategy.DefaultStrategy;

    /// <summary>Stops taking messages and asks the parent what to do.</summary>
    /// <param name="perpetrator">The child whose failure is escalated; it is suspended already.</param>
    private void Fail(Exception cause, ActorCell? perpetrator = null)
    {
        if (_phase >= Phase.Stopping)
        {
            LocalSystem.Log.Error(cause, "{0}: failed while stopping: {1}", Self.Path, cause.Message);
            return;
        }
        _failedEnvelope = perpetrator is null ? _envelope : default;
        _suspendCount++;
        foreach (var child in Children())
        {
            if (!ReferenceEquals(child, perpetrator))
            {
                child.SelfRef.SendSystem(Suspend.Instance);
            }
        }
        ParentRef.SendSystem(new Failed(this, cause));
    }

    private void OnSuspend()
    {
        _suspendCount++;
        foreach (var child in Children())
        {
            child.SelfRef.SendSystem(Suspend.Instance);
        }
    }

    private void OnResume()
    {
        if (_phase >= Phase.Stopping)
        {
            return;
        }

        if (_phase == Phase.Running && _actor is null)
        {
            BeginRestart(new ActorInitializationException(Self, $"{Self.Path}: nothing to resume, starting anew"));
            return;
        }
        _failedEnvelope = default;
        EndSuspension();
        foreach (var child in Children())
        {
            child.SelfRef.SendSystem(Resume.Instance);
        }
    }

    private void OnRecreate(Exception cause)
    {
        if (_phase == Phase.Restarting)
        {
            // One restart serves both failures; what the second one suspended goes on with the first.
            _restartCause = cause;
            OnResume();
        }
        if (_phase != Phase.Running)
        {
            return;
        }

        if (_actor is { } actor)
        {
            // Stashed messages come back first, so that the new actor sees them in their old order.
            _stash?.UnstashAll();
            _envelope = _failedEnvelope; // the hook may still answer the sender
            Guard("PreRestart", () => actor.AroundPreRestart(cause, _failedEnvelope.Message));
            _envelope = default;
        }
        BeginRestart(cause);
    }

    private void BeginRestart(Exception cause)
    {
        // A constructor that failed half-way may have left children; the next attempt must find their names free.
        if (_actor is null)
        {
            foreach (var child in Children())
            {
                child.RequestStop();
            }
        }
        _isFirstStart = _actor is null;
        DropActor();
        _failedEnvelope = default;
        _restartCause = cause;
        _phase = Phase.Restarting;
        FinishRestartWhenAlone();
    }

    private void FinishRestartWhenAlone()
    {
        if (Children().Any(child => child._isStopRequested))
        {
            return;
        }

        var cause = _restartCause!;
        _restartCause = null;
        _phase = Phase.Running;
        var survivors = Children();
        try
        {
            var actor = BuildActor();
            if (_isFirstStart)
            {
                actor.AroundPreStart();
            }
            else
            {
                actor.AroundPostRestart(cause);
            }
        }
        catch (Exception error)
        {
            // Still suspended from the first failure, and so are the survivors: only ask again.
            DropActor();
            ParentRef.SendSystem(new Failed(this, new PostRestartException(Self, error, cause)));
            return;
        }
        EndSuspension();
        foreach (var child in survivors)
        {
            child.SelfRef.SendSystem(new Recreate(cause));
        }
    }

    private void EndSuspension()
    {
        if (_suspendCount > 0)
        {
            _suspendCount--;
        }
    }

    private void OnFailed(Failed failure)
    {
        if (!IsChild(failure.Child) || failure.Child._isStopRequested)
        {
            return;
        }

        try
        {
            Decide(failure);
        }
        catch (Exception error)
        {
            Fail(error, failure.Child);
        }
    }

    private void Decide(Failed failure)
    {
        var (child, cause) = (failure.Child, failure.Cause);
        var strategy = Strategy;
        var directive = strategy.Decider.Decide(cause);
        if (strategy.LoggingEnabled)
        {
            LogFailure(child, cause, directive);
        }

        switch (directive)
        {
            case Directive.Resume:
                child.SelfRef.SendSystem(Resume.Instance);
                break;
            case Directive.Escalate:
                Fail(cause, child);
                break;
            default:
                RestartOrStop(strategy, child, cause, directive == Directive.Restart);
                break;
        }
    }

    private void RestartOrStop(SupervisorStrategy strategy, ActorCell child, Exception cause, bool restart)
    {
        var affected = strategy.AffectsSiblings ? Children() : [child];
        var now = LocalSystem.TimeProvider.GetTimestamp();
        var mayRestart = restart
            && affected.All(one => one.RestartBudget.TryTake(strategy, now, LocalSystem.TimeProvider));
        foreach (var one in affected)
        {
            if (!mayRestart)
            {
                one.RequestStop();
                continue;
            }
            if (!ReferenceEquals(one, child))
            {
                one.SelfRef.SendSystem(Suspend.Instance);
            }

            one.SelfRef.SendSystem(new Recreate(cause));
        }
    }

    private void LogFailure(ActorCell child, Exception cause, Directive directive)
    {
        if (directive == Directive.Escalate)
        {
            return; // whoever decides in the end says so
        }

        var level = directive == Directive.Resume ? LogLevel.WarningLevel : LogLevel.ErrorLevel;
        LocalSystem.Publish(new LogEvent(
            level, LocalSystem.TimeProvider.GetUtcNow(), child.Self.Path.ToString(), cause.Message, cause));
    }
}
