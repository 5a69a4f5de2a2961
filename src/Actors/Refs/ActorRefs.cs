namespace Distributed.Actors;

/// <summary>The two references that stand for nobody.</summary>
public static class ActorRefs
{
    /// <summary>Null, for no sender; the receiver sees the dead letters instead.</summary>
    public static readonly IActorRef? NoSender;

    /// <summary>A reference that drops every message.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;
}

public static class ActorRefExtensions
{
    /// <summary>Whether it is one of the two references that stand for nobody.</summary>
    public static bool IsNobody(this IActorRef? actorRef) => actorRef is null or Nobody;
}

/// <summary>The reference of an actor that does not exist: drops messages, answers watchers at once.</summary>
public sealed class Nobody : InternalActorRef
{
    internal static readonly Nobody Instance = new();

    private Nobody() => Path = new ActorPath(new Address(Address.LocalProtocol, "all-systems")) / "Nobody";

    /// <inheritdoc/>
    public override ActorPath Path { get; }

    internal override bool IsTerminated => true;

    internal override LocalActorSystem? System => null;

    /// <inheritdoc/>
    public override void Tell(object message, IActorRef? sender) => ArgumentNullException.ThrowIfNull(message);

    internal override void SendSystem(SystemMessage message) => DeadTarget.Answer(this, message);
}

/// <summary>Tell and Forward with the sender taken from the actor (or test) that is running.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the running actor as sender; with none outside an actor.</summary>
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ImplicitSender.Current);

    /// <summary>Passes a message on so that its receiver sees the original sender.</summary>
    public static void Forward(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.Current?.Sender ?? ImplicitSender.Current);
}
