namespace Distributed.Actors;

/// <summary>Something that takes messages.</summary>
public interface ICanTell
{
    /// <summary>Queues the message and returns at once; delivery is at most once, in order per sender.</summary>
    /// <remarks>Errors: ArgumentNullException when the message is null.</remarks>
    public void Tell(object message, IActorRef? sender);
}

/// <summary>An actor's address within this process: may be kept, sent in messages and used from any thread.</summary>
public interface IActorRef : ICanTell, IComparable<IActorRef>, IEquatable<IActorRef>, IComparable
{
    public ActorPath Path { get; }
}
