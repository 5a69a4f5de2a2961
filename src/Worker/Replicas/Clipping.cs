using Distributed.Cluster.Collectives;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>
/// The gradient of one step between the finishing of its sums and the update, where it is clipped by its norm: that
/// needs all owners' squares first. See Note [The norm of the gradient].
/// </summary>
/// <remarks>Not safe for threads. Memory: a gradient as long as the parameters, written where this worker owns.
/// </remarks>
internal sealed class Clipping
{
    private readonly bool[] _finished;
    private readonly bool[] _heard;
    private readonly int _tellers;
    private int _finishedCount;
    private int _heardCount;

    internal Clipping(BucketPlan plan, KernelPath path)
    {
        Gradient = new AlignedBuffer(plan.Length);
        Norm = new GradientNorm(
            [.. Enumerable.Range(0, plan.Workers).Select(rank => Enumerable.Range(0, plan.Buckets)
                .Select(bucket => (plan.Segment(bucket, rank).Offset, plan.Segment(bucket, rank).Count)).ToList())],
            path);
        (_finished, _heard) = (new bool[plan.Buckets], new bool[plan.Workers]);
        _tellers = Enumerable.Range(0, plan.Workers).Count(Tells);
    }

    /// <summary>The mean gradient, spanning all parameters.</summary>
    internal AlignedBuffer Gradient { get; }

    internal GradientNorm Norm { get; }

    /// <summary>This worker's gradient is finished in every bucket.</summary>
    internal bool IsWhole => _finishedCount == _finished.Length;

    /// <summary>Everyone's squares are in.</summary>
    internal bool IsComplete => IsWhole && _heardCount == _tellers;

    internal bool IsFinished(int bucket) => _finished[bucket];

    /// <summary>True where this worker owns something, hence has squares to tell.</summary>
    internal bool Tells(int rank) => Norm.SumsOf(rank).Count > 0;

    /// <summary>True while squares of this worker are missing.</summary>
    internal bool Lacks(int rank) => Tells(rank) && !_heard[rank];

    internal int HeardCount => _heardCount + _finishedCount;

    internal void Reset()
    {
        (_finishedCount, _heardCount) = (0, 0);
        Array.Clear(_finished);
        Array.Clear(_heard);
    }

    internal void SetFinished(int bucket)
    {
        _finished[bucket] = true;
        _finishedCount++;
    }

    /// <summary>False where these have come before.</summary>
    internal bool TryAdd(int rank)
    {
        if (_heard[rank] || !Tells(rank))
        {
            return false;
        }

        _heardCount++;
        return _heard[rank] = true;
    }
}
