namespace Distributed.Actors;

/// <content>Creation and the end.</content>
internal sealed partial class ActorCell
{
    private ActorTimers? _timers;
    private ActorStash? _stash;
    private volatile Phase _phase;

    /// <summary>Where a cell stands between its first and its last message.</summary>
    private enum Phase
    {
        /// <summary>Takes messages, or waits to be resumed.</summary>
        Running,

        /// <summary>Waits for stopping children before the new actor is made.</summary>
        Restarting,

        /// <summary>Waits for its children before it stops.</summary>
        Stopping,

        /// <summary>Gone; what still arrives becomes a dead letter.</summary>
        Dead,
    }

    /// <summary>Whether the actor has stopped. May be read from any thread.</summary>
    internal bool IsDead => _phase == Phase.Dead;

    private void OnCreate()
    {
        if (_phase >= Phase.Stopping)
        {
            return;
        }

        try
        {
            BuildActor().AroundPreStart();
        }
        catch (Exception error)
        {
            DropActor();
            Fail(InitializationError(error));
        }
    }

    private ActorBase BuildActor()
    {
        _strategy = null;
        IsBuildingActor = true;
        try
        {
            var actor = Props.NewActor();
            (actor as ReceiveActor)?.EndConstruction();
            if (_behaviors.Count == 0)
            {
                _behaviors.Push(actor.Receive);
            }
            // Timers and stash are handed over after the constructor, which therefore cannot use them.
            if (actor is IWithTimers withTimers)
            {
                withTimers.Timers = _timers = new ActorTimers(this);
            }

            if (actor is IActorStash withStash)
            {
                withStash.Stash = _stash = new ActorStash(this);
            }

            return _actor = actor;
        }
        finally
        {
            IsBuildingActor = false;
        }
    }

    private void DropActor()
    {
        _timers?.CancelAll();
        _timers = null;
        _stash = null;
        SetReceiveTimeout(null);
        _behaviors.Clear();
        _actor = null;
        _strategy = null;
    }

    private ActorInitializationException InitializationError(Exception cause) =>
        new(Self, $"{Self.Path}: {Props.Type.Name} could not be started: {cause.Message}", cause);

    private void OnTerminate()
    {
        if (_phase >= Phase.Stopping)
        {
            return;
        }

        _phase = Phase.Stopping;
        _timers?.CancelAll();
        foreach (var child in Children())
        {
            child.RequestStop();
        }

        if (!HasChildren)
        {
            FinishTerminate();
        }
    }

    private void FinishTerminate()
    {
        if (_actor is { } actor)
        {
            _stash?.UnstashAll(); // so that what lies there becomes dead letters, in order, with the rest
            Guard("PostStop", actor.AroundPostStop);
        }
        DropActor();
        _phase = Phase.Dead;
        ReleaseName();
        ParentRef.SendSystem(new ChildStopped(this));
        TellWatchers();
        UnwatchAll();
        Mailbox.MoveTo(LocalSystem.Options.Dispatcher);
    }

    /// <summary>Runs a hook whose failure can change nothing any more.</summary>
    private void Guard(string hook, Action run)
    {
        try
        {
            run();
        }
        catch (Exception error)
        {
            LocalSystem.Log.Error(error, "{0}: {1} failed: {2}", Self.Path, hook, error.Message);
        }
    }
}
