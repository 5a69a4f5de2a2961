namespace Distributed.Simulation;

/// <summary>
/// Events by due time; those of one instant in the order they were scheduled. A heap with four branches.
/// </summary>
internal sealed class EventQueue
{
    private const int StaleCountMin = 1024;

    private Entry[] _entries = new Entry[256];
    private long _lastSequence;
    private int _staleCount;

    internal int Count { get; private set; }

    /// <summary>When the next event is due; long.MaxValue when there is none.</summary>
    internal long NextDueNs => Count == 0 ? long.MaxValue : _entries[0].DueNs;

    /// <summary>Adds an event; the result is its place among all that were ever scheduled, from 1.</summary>
    internal long Add(long dueNs, SimulatedEvent happening)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        var entry = new Entry(dueNs, ++_lastSequence, happening);
        Count++;
        SiftUp(Count - 1, entry);
        return _lastSequence;
    }

    /// <summary>Takes the next event; there must be one.</summary>
    internal SimulatedEvent Take(out long sequence)
    {
        var first = _entries[0];
        var last = _entries[--Count];
        _entries[Count] = default;
        if (Count > 0)
        {
            SiftDown(0, last);
        }

        sequence = first.Sequence;
        return first.Happening;
    }

    /// <summary>Notes that a queued event has become stale; many of them are swept out together.</summary>
    internal void NoteStale()
    {
        _staleCount++;
        if (_staleCount > StaleCountMin && _staleCount > Count / 2)
        {
            Sweep();
        }
    }

    private void Sweep()
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!_entries[i].Happening.IsStale(_entries[i].Sequence))
            {
                _entries[kept++] = _entries[i];
            }
        }

        Array.Clear(_entries, kept, Count - kept);
        Count = kept;
        _staleCount = 0;
        for (var i = (Count - 2) >> 2; i >= 0; i--)
        {
            SiftDown(i, _entries[i]);
        }
    }

    private void SiftUp(int index, in Entry entry)
    {
        var entries = _entries;
        while (index > 0)
        {
            var parent = (index - 1) >> 2;
            if (!entry.IsBefore(entries[parent]))
            {
                break;
            }

            entries[index] = entries[parent];
            index = parent;
        }

        entries[index] = entry;
    }

    /// <param name="entry">A copy: by reference it could be one of the places that are moved.</param>
    private void SiftDown(int index, Entry entry)
    {
        var entries = _entries;
        while (true)
        {
            var child = (index << 2) + 1;
            if (child >= Count)
            {
                break;
            }

            var end = Math.Min(child + 4, Count);
            var least = child;
            for (child++; child < end; child++)
            {
                if (entries[child].IsBefore(entries[least]))
                {
                    least = child;
                }
            }

            if (!entries[least].IsBefore(entry))
            {
                break;
            }

            entries[index] = entries[least];
            index = least;
        }

        entries[index] = entry;
    }

    private readonly record struct Entry(long DueNs, long Sequence, SimulatedEvent Happening)
    {
        internal bool IsBefore(in Entry other) =>
            DueNs < other.DueNs || (DueNs == other.DueNs && Sequence < other.Sequence);
    }
}
