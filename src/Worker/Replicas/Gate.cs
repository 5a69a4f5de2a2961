namespace Distributed.Worker.Replicas;

/// <summary>
/// Lets one caller in at a time; and who only has something to announce never waits for it: whoever is inside sees to
/// what was announced before the gate is free again.
/// </summary>
/// <remarks>So a compute thread is not held up by the frames that are handled meanwhile.</remarks>
/// <param name="isAnnounced">True while something announced is waiting; asked by anyone.</param>
/// <param name="handle">Sees to it; called inside, never while a caller is at work.</param>
internal sealed class Gate(Func<bool> isAnnounced, Action handle)
{
    private readonly Lock _lock = new();
    private int _depth;

    /// <summary>Waits until nobody is inside; disposing of the result lets the next one in.</summary>
    internal Visit Enter()
    {
        _lock.Enter();
        _depth++;
        return new Visit(this);
    }

    /// <summary>To be called after something was announced: sees to it now, unless somebody inside will.</summary>
    internal void Knock()
    {
        // Note [Announced before looked]: the one outside announces, then looks whether the gate is free; the one
        // inside frees the gate, then looks whether something is announced. With both fences one of them sees it.
        Interlocked.MemoryBarrier();
        while (isAnnounced() && !_lock.IsHeldByCurrentThread && _lock.TryEnter())
        {
            _depth++;
            Leave();
        }
    }

    private void Leave()
    {
        try
        {
            if (_depth == 1 && isAnnounced())
            {
                handle();
            }
        }
        finally
        {
            _depth--;
            _lock.Exit();
        }

        Interlocked.MemoryBarrier();
    }

    internal readonly ref struct Visit(Gate gate)
    {
        public void Dispose()
        {
            gate.Leave();
            gate.Knock();
        }
    }
}
