namespace Distributed.Actors.TestKit;

/// <summary>An actor that the test plays beside its own: what it receives is expected on it.</summary>
/// <remarks>It may be used in place of its reference.</remarks>
#pragma warning disable CA1036 // ordered as references are, which have no operators either
public sealed class TestProbe : TestKitBase, IActorRefAlias
#pragma warning restore CA1036
{
    internal TestProbe(Stage stage, string? name)
        : base(stage, name)
    {
    }

    /// <summary>The probe as an actor.</summary>
    public IActorRef Ref => TestActor;

    /// <inheritdoc cref="TestKitBase.LastSender"/>
    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;

    InternalActorRef IActorRefAlias.Target => (InternalActorRef)TestActor;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => TestActor.Equals(obj);

    /// <inheritdoc/>
    public override int GetHashCode() => TestActor.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => TestActor.ToString()!;

    void ICanTell.Tell(object message, IActorRef? sender) => TestActor.Tell(message, sender);

    bool IEquatable<IActorRef>.Equals(IActorRef? other) => TestActor.Equals(other);

    int IComparable<IActorRef>.CompareTo(IActorRef? other) => TestActor.CompareTo(other);

    int IComparable.CompareTo(object? obj) => TestActor.CompareTo(obj);

    /// <summary>Tells with the probe as sender.</summary>
    public void Send(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, TestActor);
    }

    /// <summary>Answers the sender of the message looked at last.</summary>
    public void Reply(object message) => LastSender.Tell(message, TestActor);

    /// <summary>Passes the message looked at last on, from its original sender.</summary>
    public void Forward(IActorRef actor) => Forward(actor, LastEnvelope?.Message
        ?? throw new InvalidOperationException("test: no message has been received yet, so none can be forwarded"));

    /// <summary>Tells a message from the sender of the one looked at last.</summary>
    public void Forward(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, LastSender);
    }
}
