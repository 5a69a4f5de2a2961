namespace Distributed.Actors;

/// <summary>An actor that can set messages aside. The system sets the property after the constructor.</summary>
public interface IActorStash
{
    public IStash Stash { get; set; }
}

/// <inheritdoc/>
public interface IWithStash : IActorStash;

/// <inheritdoc/>
public interface IWithUnboundedStash : IActorStash;

/// <summary>Messages set aside by an actor, in the order they were stashed. Only for use inside the actor.</summary>
public interface IStash
{
    public int Count { get; }

    /// <summary>The written limit; -1 for none.</summary>
    public int Capacity { get; }

    public bool IsEmpty { get; }

    public bool NonEmpty { get; }

    public bool IsFull { get; }

    /// <summary>Sets the current message aside.</summary>
    /// <remarks>Errors: IllegalActorStateException when it lies in the stash already.</remarks>
    public void Stash();

    /// <summary>Puts the oldest stashed message before all others in the mailbox.</summary>
    public void Unstash();

    /// <summary>Puts all stashed messages, oldest first, before all others in the mailbox.</summary>
    public void UnstashAll();

    /// <summary>Puts back those that the predicate takes, and drops the others.</summary>
    public void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Takes all messages out, without handling them.</summary>
    public IEnumerable<Envelope> ClearStash();

    /// <summary>Adds messages before those in the stash.</summary>
    public void Prepend(IEnumerable<Envelope> envelopes);
}
