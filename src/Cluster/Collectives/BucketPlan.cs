using Distributed.Engine.Memory;

namespace Distributed.Cluster.Collectives;

/// <summary>
/// Who owns what: the flat parameter buffer is cut into buckets, and every bucket into one segment per worker.
/// </summary>
/// <remarks>
/// Bucket 0 is the end of the buffer, because gradients become ready from the last layer to the first. A worker owns
/// its segment of every bucket, so that all workers are busy with the bucket that has just become ready.
/// The mirror of a worker is the next one; a worker alone has none. A pure function of the three numbers.
/// Cost per step for payload S and W workers, each way: every worker sends (W − 1) frames per bucket of S/(W·buckets)
/// floats twice, in all 2·S·(W − 1)/W floats, the minimum where its shard is one piece of the canonical tree (each
/// further piece adds one half of that); and one frame per bucket and slot to its mirror.
/// </remarks>
public sealed class BucketPlan
{
    /// <summary>
    /// Floats of a segment, about: 256 KiB stay in the second-level cache, and are long enough for a frame to cost
    /// little beside its floats.
    /// </summary>
    public const int SegmentFloats = 64 * 1024;

    /// <summary>More would only make more frames.</summary>
    public const int BucketsMax = 1024;

    private readonly FlatRange[] _segments;

    /// <summary>Units: length counts floats; buckets and workers are at least 1.</summary>
    public BucketPlan(int length, int buckets, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        (Length, Buckets, Workers) = (length, buckets, workers);
        _segments = new FlatRange[buckets * workers];
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var whole = Part(new FlatRange(0, length), buckets - 1 - bucket, buckets);
            for (var rank = 0; rank < workers; rank++)
            {
                _segments[(bucket * workers) + rank] = Part(whole, rank, workers);
            }
        }
    }

    public int Length { get; }

    public int Buckets { get; }

    public int Workers { get; }

    /// <summary>How many buckets a model of so many floats is best cut into for so many workers.</summary>
    public static int BucketsFor(int length, int workers)
    {
        var bucketFloats = (long)Math.Max(1, workers) * SegmentFloats;
        return (int)Math.Clamp((length + bucketFloats - 1) / bucketFloats, 1, BucketsMax);
    }

    /// <summary>A worker's part of a bucket; empty where the bucket has fewer floats than there are workers.</summary>
    public FlatRange Segment(int bucket, int rank) => _segments[(bucket * Workers) + rank];

    /// <summary>All that a worker owns.</summary>
    public RangeSet Owned(int rank) =>
        RangeSet.Of(Enumerable.Range(0, Buckets).Select(bucket => Segment(bucket, rank)));

    /// <summary>All whose optimizer state a worker keeps: what it owns and what it mirrors.</summary>
    public RangeSet Kept(int rank) => Owned(rank).Union(Owned(MirroredBy(rank)));

    /// <summary>The worker that mirrors this one's optimizer state.</summary>
    public int MirrorOf(int rank) => (rank + 1) % Workers;

    /// <summary>The worker whose optimizer state this one mirrors.</summary>
    public int MirroredBy(int rank) => (rank + Workers - 1) % Workers;

    /// <summary>Equal parts, in whole cache lines where there are enough.</summary>
    private static FlatRange Part(FlatRange whole, int index, int parts)
    {
        var unit = whole.Count >= parts * AlignedBuffer.LineFloats ? AlignedBuffer.LineFloats : 1;
        var units = (whole.Count + unit - 1) / unit;
        var first = (int)((long)units * index / parts) * unit;
        var end = Math.Min((int)((long)units * (index + 1) / parts) * unit, whole.Count);
        return new FlatRange(whole.Offset + first, end - first);
    }
}
