using Distributed.Cluster.Collectives;

namespace Distributed.Worker.Replicas;

/// <summary>How far the present step is at one worker, bucket by bucket. Not safe for threads.</summary>
internal sealed class BucketProgress
{
    private readonly BucketPlan _plan;
    private readonly bool[] _ready;
    private readonly bool[] _updated;
    private readonly bool[] _weights;
    private readonly bool[] _mirrored;
    private readonly int _slots;
    private readonly int _missingAtFirst;
    private int _missing;

    internal BucketProgress(BucketPlan plan, int rank, int slots)
    {
        (_plan, _slots) = (plan, slots);
        _ready = new bool[plan.Buckets];
        _updated = new bool[plan.Buckets];
        _weights = new bool[plan.Buckets * plan.Workers];
        _mirrored = new bool[plan.Buckets * Math.Max(1, slots)];
        var mirrored = plan.MirroredBy(rank);
        for (var bucket = 0; bucket < plan.Buckets; bucket++)
        {
            _missingAtFirst++;
            for (var owner = 0; owner < plan.Workers; owner++)
            {
                _missingAtFirst += owner != rank && plan.Segment(bucket, owner).Count > 0 ? 1 : 0;
            }

            _missingAtFirst += mirrored != rank && plan.Segment(bucket, mirrored).Count > 0 ? slots : 0;
        }
    }

    /// <summary>Every bucket is updated, and everyone's weights and the mirrored state are in.</summary>
    internal bool IsComplete => _missing == 0;

    internal void Reset()
    {
        _missing = _missingAtFirst;
        Array.Clear(_ready);
        Array.Clear(_updated);
        Array.Clear(_weights);
        Array.Clear(_mirrored);
    }

    internal bool IsReady(int bucket) => _ready[bucket];

    internal void SetReady(int bucket) => _ready[bucket] = true;

    internal bool IsUpdated(int bucket) => _updated[bucket];

    internal void SetUpdated(int bucket)
    {
        _updated[bucket] = true;
        _missing--;
    }

    /// <summary>Segments of others whose weights are in.</summary>
    internal int WeightsCount => _weights.Count(isIn => isIn);

    /// <summary>True while weights of this owner are missing.</summary>
    internal bool Lacks(int owner) => Enumerable.Range(0, _plan.Buckets).Any(
        bucket => _plan.Segment(bucket, owner).Count > 0 && !_weights[(bucket * _plan.Workers) + owner]);

    /// <summary>False where these weights have come before.</summary>
    internal bool TryAddWeights(int bucket, int owner) => TryAdd(_weights, (bucket * _plan.Workers) + owner);

    /// <summary>False where this slot's state has come before.</summary>
    internal bool TryAddMirror(int bucket, int slot) => TryAdd(_mirrored, (bucket * _slots) + slot);

    private bool TryAdd(bool[] seen, int index)
    {
        if (seen[index])
        {
            return false;
        }

        seen[index] = true;
        _missing--;
        return true;
    }
}
