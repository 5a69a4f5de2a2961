using Distributed.Engine.Reduction;

namespace Distributed.Cluster;

/// <summary>
/// How a mini-batch's micro-batches are dealt out: contiguous ranges in proportion to the workers' weights.
/// </summary>
/// <remarks>
/// A pure function, so that every worker computes every shard by itself. The result of training does not depend on
/// it. Units: a weight is relative, at least 0, and one at least is above 0; all equal means equal shares.
/// Errors: ArgumentException for no workers or no weight.
/// </remarks>
public sealed class Sharding
{
    private readonly int[] _weights;

    public Sharding(IReadOnlyList<int> weights)
    {
        if (weights.Count == 0 || weights.Any(weight => weight < 0) || weights.All(weight => weight == 0))
        {
            throw new ArgumentException(
                $"sharding: weights [{string.Join(", ", weights)}]: needs one per worker, none negative, not all 0");
        }

        _weights = [.. weights];
    }

    /// <summary>Equal shares for so many workers.</summary>
    public static Sharding Equal(int workers) => new(Enumerable.Repeat(1, workers).ToArray());

    public int Workers => _weights.Length;

    /// <summary>By rank.</summary>
    public IReadOnlyList<int> Weights => _weights;

    /// <summary>Every worker's range of a mini-batch of so many samples, by rank.</summary>
    public IReadOnlyList<MicrobatchRange> Shards(int samples, int microbatchSize)
    {
        var microbatches = MicrobatchRange.CountOf(samples, microbatchSize);
        var shards = new MicrobatchRange[Workers];
        var total = _weights.Sum(weight => (long)weight);
        var (before, first) = (0L, 0);
        for (var rank = 0; rank < Workers; rank++)
        {
            before += _weights[rank];
            var end = (int)(microbatches * before / total);
            shards[rank] = MicrobatchRange.Part(samples, microbatchSize, first, end - first);
            first = end;
        }

        return shards;
    }

    /// <summary>The most micro-batches that one worker gets of a mini-batch of at most so many samples.</summary>
    public int ShardMax(int samples, int microbatchSize)
    {
        var microbatches = MicrobatchRange.CountOf(samples, microbatchSize);
        var total = _weights.Sum(weight => (long)weight);
        return (int)_weights.Max(weight => ((microbatches * (long)weight) + total - 1) / total);
    }
}
