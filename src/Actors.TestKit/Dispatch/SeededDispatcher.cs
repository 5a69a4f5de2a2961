namespace Distributed.Actors.TestKit;

/// <summary>
/// Runs all actors on the thread that asks for it, one slice at a time, in an order that the seed decides. Several
/// systems may share one. Slices may be scheduled from any thread.
/// </summary>
public sealed class SeededDispatcher(int seed) : IDispatcher
{
    private readonly Lock _lock = new();
    private readonly List<IThreadPoolWorkItem> _slices = [];
    private readonly Random _order = new(seed);

    /// <summary>The longest turn of one actor; 1 by default, which lets the seed interleave every message.</summary>
    public int SliceMessagesMax { get; init; } = 1;

    public void Schedule(IThreadPoolWorkItem slice)
    {
        lock (_lock)
        {
            _slices.Add(slice);
        }
    }

    /// <summary>Runs one slice; false when there is none.</summary>
    public bool RunOne()
    {
        IThreadPoolWorkItem slice;
        lock (_lock)
        {
            if (_slices.Count == 0)
            {
                return false;
            }

            var index = _order.Next(_slices.Count);
            slice = _slices[index];
            _slices[index] = _slices[^1];
            _slices.RemoveAt(_slices.Count - 1);
        }
        RunWithoutContext(slice);
        return true;
    }

    /// <summary>Runs slices until none is left; how many there were.</summary>
    /// <remarks>Errors: InvalidOperationException when actors are still busy after slicesMax slices.</remarks>
    public int RunUntilIdle(int slicesMax = 1_000_000)
    {
        for (var count = 0; count < slicesMax; count++)
        {
            if (!RunOne())
            {
                return count;
            }
        }
        throw new InvalidOperationException($"dispatcher: actors are still busy after {slicesMax} slices");
    }

    // A test's synchronization context would take continuations away to its own threads.
    private static void RunWithoutContext(IThreadPoolWorkItem slice)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            slice.Execute();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }
}
