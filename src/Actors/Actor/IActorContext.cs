namespace Distributed.Actors;

/// <summary>Handles a message; false when it is not one of this behaviour's.</summary>
public delegate bool Receive(object message);

/// <summary>Handles any message.</summary>
public delegate void UntypedReceive(object message);

/// <summary>Makes actors.</summary>
public interface IActorRefFactory
{
    /// <summary>Starts an actor; returns at once, before its constructor has run.</summary>
    /// <remarks>
    /// Errors: InvalidActorNameException when the name is malformed or a living sibling's;
    /// InvalidOperationException when the parent is stopping.
    /// </remarks>
    public IActorRef ActorOf(Props props, string? name = null);
}

public static class ActorRefFactoryExtensions
{
    /// <summary>Starts an actor that needs no constructor arguments.</summary>
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);
}

/// <summary>Learns of the death of other actors.</summary>
public interface ICanWatch
{
    /// <summary>Asks for one <see cref="Terminated"/> when the subject stops, at once if it has.</summary>
    public IActorRef Watch(IActorRef subject);

    /// <summary>As Watch, with a message of one's own.</summary>
    /// <remarks>Errors: InvalidOperationException when the subject is watched with another message already.</remarks>
    public IActorRef WatchWith(IActorRef subject, object message);

    /// <summary>Takes Watch back; a Terminated already queued is not delivered.</summary>
    public IActorRef Unwatch(IActorRef subject);
}

/// <summary>An actor's view of itself; valid only inside the actor.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    public IActorRef Self { get; }

    /// <summary>Who sent the current message; the dead letters when nobody is named.</summary>
    public IActorRef Sender { get; }

    public IActorRef Parent { get; }

    public ActorSystem System { get; }

    public Props Props { get; }

    public TimeSpan? ReceiveTimeout { get; }

    /// <summary>The child of this name; <see cref="ActorRefs.Nobody"/> when there is none.</summary>
    public IActorRef Child(string name);

    /// <summary>The living children, oldest first.</summary>
    public IEnumerable<IActorRef> GetChildren();

    /// <summary>Stops an actor after its current message, children first; returns at once.</summary>
    public void Stop(IActorRef child);

    /// <summary>Asks for <see cref="Actors.ReceiveTimeout"/> after every such silence; null ends it.</summary>
    public void SetReceiveTimeout(TimeSpan? timeout);

    public void Become(Receive receive);

    public void BecomeStacked(Receive receive);

    public void UnbecomeStacked();
}

public interface IUntypedActorContext : IActorContext
{
    public void Become(UntypedReceive receive);

    public void BecomeStacked(UntypedReceive receive);
}
