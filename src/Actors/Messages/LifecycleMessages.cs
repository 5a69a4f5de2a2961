namespace Distributed.Actors;

/// <summary>A message the cell looks at before the actor sees it.</summary>
internal interface IAutoReceived;

/// <summary>A message that does not restart the receiver's <see cref="ReceiveTimeout"/>.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>A watched actor has stopped. Not handling it stops the watcher too.</summary>
public sealed class Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated) : IAutoReceived
{
    public IActorRef ActorRef { get; } = actorRef;

    /// <summary>Whether the actor is known to have existed.</summary>
    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    /// <summary>Whether the news is the loss of the actor's whole process.</summary>
    public bool AddressTerminated { get; } = addressTerminated;

    /// <inheritdoc/>
    public override string ToString() => $"Terminated({ActorRef})";
}

/// <summary>Stops the receiver behind the messages already queued.</summary>
public sealed class PoisonPill : IAutoReceived
{
    public static readonly PoisonPill Instance = new();

    private PoisonPill()
    {
    }
}

/// <summary>Makes the receiver fail with <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : IAutoReceived
{
    public static readonly Kill Instance = new();

    private Kill()
    {
    }
}

/// <summary>No message came for the time set with SetReceiveTimeout.</summary>
public sealed class ReceiveTimeout
{
    public static readonly ReceiveTimeout Instance = new();

    private ReceiveTimeout()
    {
    }
}

/// <summary>Asks any actor who it is; answered with <see cref="ActorIdentity"/>.</summary>
public sealed class Identify(object messageId) : IAutoReceived, INotInfluenceReceiveTimeout
{
    public object MessageId { get; } = messageId;
}

/// <summary>The answer to <see cref="Identify"/>.</summary>
public sealed class ActorIdentity(object messageId, IActorRef? subject)
{
    public object MessageId { get; } = messageId;

    /// <summary>The actor; null when it has stopped.</summary>
    public IActorRef? Subject { get; } = subject;
}
