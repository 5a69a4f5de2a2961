namespace Distributed.Actors;

/// <summary>
/// An actor: state that only its own messages touch, one at a time. Built by <see cref="Props"/> inside a system.
/// </summary>
public abstract class ActorBase
{
    private readonly ActorCell _cell;

    /// <remarks>Errors: ActorInitializationException when constructed other than through a system.</remarks>
    protected ActorBase() => _cell = ActorCell.Current is { IsBuildingActor: true } cell
        ? cell
        : throw new ActorInitializationException(
            null, $"{GetType().Name}: an actor cannot be made with new; use ActorOf with Props.Create(() => new …)");

    /// <summary>The running actor's context.</summary>
    /// <remarks>Errors: NotSupportedException outside an actor, such as in a task it started.</remarks>
    protected static IActorContext Context => ActorCell.Running;

#pragma warning disable CA1822 // instance members, as the mirrored ones are
    protected IActorRef Self => ActorCell.Running.Self;

    /// <inheritdoc cref="IActorContext.Sender"/>
    protected IActorRef Sender => ActorCell.Running.Sender;
#pragma warning restore CA1822

    internal ActorCell Cell => _cell;

    internal SupervisorStrategy MakeStrategy() => SupervisorStrategy();

    internal bool AroundReceive(Receive receive, object message)
    {
        if (receive(message))
        {
            return true;
        }

        Unhandled(message);
        return false;
    }

    internal void AroundPreStart() => PreStart();

    internal void AroundPostStop() => PostStop();

    internal void AroundPreRestart(Exception reason, object? message) => PreRestart(reason, message);

    internal void AroundPostRestart(Exception reason) => PostRestart(reason);

    /// <summary>The first behaviour, where the constructor has not chosen another one.</summary>
    protected internal abstract bool Receive(object message);

    /// <summary>Runs before the first message.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Runs after the last message; the actor takes no more.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Runs in the failed actor before it is replaced. Default: stop the children, then PostStop.</summary>
    /// <param name="reason">The failure.</param>
    /// <param name="message">The message that was being handled, which is lost; null when there was none.</param>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (var child in Context.GetChildren().ToList())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }
        PostStop();
    }

    /// <summary>Runs in the new actor. Default: PreStart.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>Runs for a message that no handler took. Default: publish <see cref="UnhandledMessage"/>.</summary>
    /// <remarks>Errors: DeathPactException for a Terminated, which stops this actor too.</remarks>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
        {
            throw new DeathPactException(terminated.ActorRef);
        }

        Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    /// <summary>What to do about failing children. Default: <see cref="SupervisorStrategy.DefaultStrategy"/>.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actors.SupervisorStrategy.DefaultStrategy;

    /// <summary>Replaces the current behaviour from the next message on.</summary>
    protected void Become(Receive receive) => _cell.Become(receive);

    /// <summary>Lays a behaviour over the current one until <see cref="UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(Receive receive) => _cell.BecomeStacked(receive);

    protected void UnbecomeStacked() => _cell.UnbecomeStacked();

    /// <inheritdoc cref="IActorContext.SetReceiveTimeout"/>
    protected void SetReceiveTimeout(TimeSpan? timeout) => _cell.SetReceiveTimeout(timeout);
}

/// <summary>An actor with one method for all messages.</summary>
public abstract class UntypedActor : ActorBase
{
    protected static new IUntypedActorContext Context => ActorCell.Running;

    protected internal sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    /// <summary>Handles a message; calls Unhandled for one it does not know.</summary>
    protected abstract void OnReceive(object message);

    protected void Become(UntypedReceive receive) => Cell.Become(receive);

    protected void BecomeStacked(UntypedReceive receive) => Cell.BecomeStacked(receive);
}
