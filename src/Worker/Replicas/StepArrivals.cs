namespace Distributed.Worker.Replicas;

/// <summary>
/// What has arrived for one step from the others before the owner can finish: losses, and pieces of partial sums.
/// </summary>
/// <remarks>
/// A worker may be a step ahead of another, so a group keeps two of these, for the present step and the next one.
/// Frames that come twice count once. Not safe for threads. Units: partsMax counts the frames in which one worker sends
/// its partial sums of one bucket, at most; they are pieces times terms, which may well be more than 64.
/// </remarks>
internal sealed class StepArrivals(int workers, int buckets, int partsMax, int microbatchesMax)
{
    private readonly bool[] _parts = new bool[buckets * workers * partsMax];
    private readonly int[] _partCounts = new int[buckets];
    private readonly bool[] _heard = new bool[workers];

    internal long Step { get; private set; }

    /// <summary>A loss sum per micro-batch of the mini-batch.</summary>
    internal float[] Losses { get; } = new float[microbatchesMax];

    /// <summary>Hits per micro-batch of the mini-batch.</summary>
    internal float[] Hits { get; } = new float[microbatchesMax];

    /// <summary>Workers whose losses are in.</summary>
    internal int HeardCount { get; private set; }

    /// <summary>True once this worker's losses are in.</summary>
    internal bool HasHeard(int rank) => _heard[rank];

    internal void Reset(long step)
    {
        Step = step;
        HeardCount = 0;
        Array.Clear(_parts);
        Array.Clear(_partCounts);
        Array.Clear(_heard);
    }

    /// <summary>Pieces of a bucket's partial sums that are in.</summary>
    internal int PartCount(int bucket) => _partCounts[bucket];

    /// <summary>False where this frame has come before.</summary>
    internal bool TryAddPart(int bucket, int rank, int part)
    {
        ref var seen = ref _parts[(((bucket * workers) + rank) * partsMax) + part];
        if (seen)
        {
            return false;
        }

        seen = true;
        _partCounts[bucket]++;
        return true;
    }

    /// <summary>False where this worker's losses have come before.</summary>
    internal bool TryAddLosses(int rank)
    {
        if (_heard[rank])
        {
            return false;
        }

        _heard[rank] = true;
        HeardCount++;
        return true;
    }
}
