namespace Distributed.Actors.TestKit;

/// <summary>Counts the slices of one system that are scheduled or running: none means that nobody has work.</summary>
internal sealed class SliceCounter
{
    private readonly object _gate = new();
    private int _openCount;
    private long _changeCount;

    /// <summary>Grows with every slice that is scheduled or ends and every message that reaches an inbox.</summary>
    internal long ChangeCount
    {
        get
        {
            lock (_gate)
            {
                return _changeCount;
            }
        }
    }

    internal void Open()
    {
        lock (_gate)
        {
            _openCount++;
        }
    }

    internal void Close()
    {
        lock (_gate)
        {
            _openCount--;
            _changeCount++;
            Monitor.PulseAll(_gate);
        }
    }

    internal void NoteChange()
    {
        lock (_gate)
        {
            _changeCount++;
            Monitor.PulseAll(_gate);
        }
    }

    internal bool WaitUntilIdle(Deadline deadline)
    {
        lock (_gate)
        {
            while (_openCount > 0)
            {
                if (!Monitor.Wait(_gate, deadline.Left))
                {
                    return _openCount == 0;
                }
            }
            return true;
        }
    }

    /// <summary>Waits for something to happen since the count was read.</summary>
    internal void WaitForChange(long seen, TimeSpan limit)
    {
        lock (_gate)
        {
            if (_changeCount == seen)
            {
                Monitor.Wait(_gate, limit);
            }
        }
    }
}

/// <summary>Passes slices on to another dispatcher and counts them.</summary>
internal sealed class CountingDispatcher(SliceCounter counter, IDispatcher inner) : IDispatcher, IDisposable
{
    public int SliceMessagesMax => inner.SliceMessagesMax;

    public void Schedule(IThreadPoolWorkItem slice)
    {
        counter.Open();
        inner.Schedule(new CountedSlice(counter, slice));
        counter.NoteChange(); // a test that runs the actors itself may be waiting for work from outside
    }

    public void Dispose() => (inner as IDisposable)?.Dispose();

    private sealed class CountedSlice(SliceCounter counter, IThreadPoolWorkItem slice) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            try
            {
                slice.Execute();
            }
            finally
            {
                counter.Close();
            }
        }
    }
}
