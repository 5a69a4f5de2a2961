namespace Distributed.Actors;

/// <summary>The stash of one actor between two restarts.</summary>
internal sealed class ActorStash(ActorCell cell) : IStash
{
    private readonly LinkedList<Envelope> _envelopes = [];
    private long _lastSerial;

    public int Count => _envelopes.Count;

    public int Capacity => -1;

    public bool IsEmpty => _envelopes.Count == 0;

    public bool NonEmpty => !IsEmpty;

    public bool IsFull => false;

    public void Stash()
    {
        if (_lastSerial == cell.MessageSerial)
        {
            throw new IllegalActorStateException(
                $"{cell.Self.Path}: cannot stash the same message twice: {cell.CurrentEnvelope.Message}");
        }
        _lastSerial = cell.MessageSerial;
        _envelopes.AddLast(cell.CurrentEnvelope);
    }

    public void Unstash()
    {
        if (_envelopes.First is not { } oldest)
        {
            return;
        }

        _envelopes.RemoveFirst();
        cell.PutBack(oldest.Value);
    }

    public void UnstashAll() => UnstashAll(_ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        foreach (var envelope in ClearStash().Where(predicate).Reverse())
        {
            cell.PutBack(envelope);
        }
    }

    public IEnumerable<Envelope> ClearStash()
    {
        Envelope[] all = [.. _envelopes];
        _envelopes.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        ArgumentNullException.ThrowIfNull(envelopes);
        foreach (var envelope in envelopes.Reverse())
        {
            _envelopes.AddFirst(envelope);
        }
    }
}
