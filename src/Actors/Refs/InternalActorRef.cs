namespace Distributed.Actors;

/// <summary>What every reference of this kernel can do beyond the public interface.</summary>
public abstract class InternalActorRef : IActorRef
{
    private protected InternalActorRef()
    {
    }

    /// <inheritdoc/>
    public abstract ActorPath Path { get; }

    /// <summary>Whether the actor behind this reference has stopped; once true, always true.</summary>
    internal abstract bool IsTerminated { get; }

    internal abstract LocalActorSystem? System { get; }

    /// <inheritdoc/>
    public abstract void Tell(object message, IActorRef? sender);

    internal abstract void SendSystem(SystemMessage message);

    /// <summary>This kernel's view of a reference; a reference made elsewhere is refused by name.</summary>
    internal static InternalActorRef From(ICanTell reference, string operation) => reference switch
    {
        InternalActorRef own => own,
        IActorRefAlias alias => alias.Target,
        _ => throw new ArgumentException(
            $"{operation}: {reference} is a {reference.GetType().Name}, which is not a reference of this kernel"),
    };

    /// <inheritdoc/>
    public bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IActorRef);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Path.Uid);

    /// <inheritdoc/>
    public int CompareTo(IActorRef? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byPath = Path.CompareTo(other.Path);
        return byPath != 0 ? byPath : Path.Uid.CompareTo(other.Path.Uid);
    }

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj is null or IActorRef
        ? CompareTo((IActorRef?)obj)
        : throw new ArgumentException($"compare: a {obj.GetType().Name} is not an actor reference");

    /// <inheritdoc/>
    public override string ToString() => $"[{Path.ToStringWithUid()}]";
}

/// <summary>Something that may be used in place of a reference: a test's probe.</summary>
internal interface IActorRefAlias : IActorRef
{
    internal InternalActorRef Target { get; }
}
