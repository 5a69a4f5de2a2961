using System.Diagnostics;

namespace Distributed.Cluster.Collectives;

/// <summary>
/// Lets the threads of one process wait for each other, many thousand times a second: spin briefly, then park.
/// </summary>
/// <remarks>
/// Cost per wait: one interlocked increment and one line of shared memory read. Allocates nothing.
/// A failing member breaks the barrier, which wakes everyone with its reason; a member that does not come within
/// the bound breaks it too, and is named. A broken barrier stays broken.
/// Everything written before a wait is seen by everyone after it.
/// </remarks>
public sealed class StepBarrier
{
    /// <summary>Reads of the shared round before parking: about as long as parking and waking take.</summary>
    private const int SpinReads = 4000;

    /// <summary>
    /// Longs between two members' counters, so that no two share a cache line (pairs are prefetched).
    /// </summary>
    private const int Spacing = 16;

    private readonly Lock _breaking = new();
    private readonly object _parking = new();
    private readonly long[] _arrivals;
    private readonly long[] _round = new long[2 * Spacing];
    private readonly long[] _waiting = new long[2 * Spacing];
    private readonly TimeSpan _bound;
    private readonly int _spinReads;
    private volatile string? _broken;

    /// <summary>A barrier for so many members.</summary>
    /// <remarks>
    /// Units: an infinite bound waits for as long as it takes. Errors: ArgumentOutOfRangeException for no members.
    /// </remarks>
    public StepBarrier(int members, TimeSpan bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        Members = members;
        _bound = bound;
        _arrivals = new long[members * Spacing];
        _spinReads = members <= Environment.ProcessorCount ? SpinReads : 0;
    }

    public int Members { get; }

    /// <summary>Waits until every member has come to this round.</summary>
    /// <remarks>Errors: CollectiveException with the reason when the barrier is or gets broken.</remarks>
    public void Wait(int rank)
    {
        ThrowIfBroken();
        var round = Volatile.Read(ref _round[Spacing]);
        Volatile.Write(ref _arrivals[rank * Spacing], round + 1);
        if (Interlocked.Increment(ref _waiting[Spacing]) == Members)
        {
            _waiting[Spacing] = 0;
            Release(round + 1);
            return;
        }

        for (var spin = 0; spin < _spinReads; spin++)
        {
            if (Volatile.Read(ref _round[Spacing]) != round)
            {
                ThrowIfBroken();
                return;
            }

            Thread.SpinWait(4);
        }

        Park(round);
    }

    /// <summary>Ends the group: everyone waiting, now or later, gets the first reason given.</summary>
    public void Break(string reason)
    {
        lock (_breaking)
        {
            _broken ??= reason;
        }

        Release(Volatile.Read(ref _round[Spacing]) + 1);
    }

    private void Release(long round)
    {
        lock (_parking)
        {
            Volatile.Write(ref _round[Spacing], round);
            Monitor.PulseAll(_parking);
        }
    }

    private void Park(long round)
    {
        var started = Stopwatch.GetTimestamp();
        lock (_parking)
        {
            while (_round[Spacing] == round)
            {
                if (_bound == Timeout.InfiniteTimeSpan)
                {
                    Monitor.Wait(_parking);
                    continue;
                }

                var left = _bound - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_parking, left))
                {
                    break;
                }
            }
        }

        if (Volatile.Read(ref _round[Spacing]) == round)
        {
            Break($"{Missing(round)} did not reach the barrier for {_bound.TotalSeconds:0.#} s");
        }

        ThrowIfBroken();
    }

    private string Missing(long round)
    {
        var ranks = Enumerable.Range(0, Members)
            .Where(rank => Volatile.Read(ref _arrivals[rank * Spacing]) <= round).ToList();
        return $"{(ranks.Count == 1 ? "worker" : "workers")} {string.Join(", ", ranks)}";
    }

    private void ThrowIfBroken()
    {
        if (_broken is { } reason)
        {
            throw new CollectiveException(reason);
        }
    }
}
