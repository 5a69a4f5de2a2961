using Distributed.Cluster.Messages;
using Distributed.Engine.Reduction;

namespace Distributed.Coordinator.Pace;

/// <summary>What it costs a step when shards come in one more piece of the canonical tree each, smoothed over leases.
/// </summary>
/// <remarks>
/// Partial sums of every piece go over the wire, and the weights once. So of the time that even the slowest worker
/// waits in a step, each piece and the weights have an equal part. That is more than a piece costs where waiting has
/// other causes too, and then shards stay at large nodes of the tree a little longer than they need.
/// Units: the time that a worker of speed 1 (a sample per second) takes for a micro-batch, as in
/// <see cref="ShardPlan.Time"/>.
/// </remarks>
public sealed class PieceCost
{
    private const double LatestWeight = 0.2;

    private double? _perPiece;

    /// <summary>0 while nothing is known.</summary>
    public double PerPiece => _perPiece ?? 0;

    /// <summary>Takes all workers' reports of a lease with shards of so many micro-batches.</summary>
    public void Add(IReadOnlyList<WorkTiming> timings, IReadOnlyList<int> counts)
    {
        var samples = timings.Sum(timing => timing.Samples);
        if (samples <= 0)
        {
            return;
        }

        var exposed = timings.Min(timing => timing.Wait).TotalSeconds * counts.Sum() / samples;
        var latest = exposed / (Pieces(counts) + 1);
        _perPiece = _perPiece is { } before ? before + (LatestWeight * (latest - before)) : latest;
    }

    /// <summary>Pieces of the shard that has most, for shards that follow one another.</summary>
    public static int Pieces(IReadOnlyList<int> counts)
    {
        var (most, first) = (0, 0);
        foreach (var count in counts)
        {
            most = Math.Max(most, CanonicalTree.PieceCount(first, count));
            first += count;
        }

        return most;
    }
}
