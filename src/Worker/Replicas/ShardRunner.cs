using System.Numerics;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>Runs shards, or its part of them, on a replica's weights. For one compute thread.</summary>
/// <remarks>
/// A plan is bound to one buffer of weights, and a replica has two; so each is bound once, for the largest shard so
/// far. One that grows is bound for the next power of two, so that shards which follow the measured speed are bound a
/// few times, not with every lease; what is not used of a plan's memory is address space only.
/// </remarks>
internal sealed class ShardRunner(ReplicaJob job)
{
    private readonly Dictionary<AlignedBuffer, (int SamplesMax, ShardComputation Computation)> _training = [];
    private readonly Dictionary<AlignedBuffer, ShardComputation> _evaluation = [];
    private int _samplesMax;

    /// <summary>The latest shard's partial sums; left alone until the next shard runs.</summary>
    internal PartialSums Partials { get; private set; } = PartialSums.None;

    /// <summary>
    /// Makes room for what is summed of a shard, of shards that may have so many micro-batches; true where the partial
    /// sums have moved.
    /// </summary>
    internal bool Prepare(in MicrobatchRange shard, int microbatchesMax)
    {
        if (shard.Count == 0)
        {
            return false;
        }

        Grow(shard.Samples);
        var isAtOnce = shard.Samples <= job.TrainingPlan(_samplesMax).SamplesMax;
        return isAtOnce
            ? Prepare(
                CanonicalTree.PieceCount(shard.First, shard.Count), CanonicalTree.PiecesMax(microbatchesMax))
            : Prepare(CanonicalTree.WaitingMax(shard.Count), CanonicalTree.WaitingMax(microbatchesMax));
    }

    private bool Prepare(int pieces, int piecesMax)
    {
        if (pieces <= Partials.PiecesMax)
        {
            return false;
        }

        // Twice as many as before, so that it happens a few times only.
        Partials = new PartialSums(
            job.Partials.Length, Math.Clamp(2 * Partials.PiecesMax, pieces, Math.Max(pieces, piecesMax)));
        _training.Clear();
        return true;
    }

    internal void Run(
        Permutation order, long step, AlignedBuffer parameters, in MicrobatchRange shard, Span<float> losses,
        Span<float> hits, ReadyParts parts, IPartsReady ready) =>
        Computation(parameters, shard.Samples).Run(
            order, job.Schedule.StepInEpoch(step) * job.Schedule.BatchSize, shard, losses, hits, parts, ready);

    internal void Evaluate(AlignedBuffer parameters, in MicrobatchRange shard, Span<float> losses, Span<float> hits)
    {
        if (!_evaluation.TryGetValue(parameters, out var computation))
        {
            var test = job.Data.Test ?? throw new InvalidOperationException("no samples are held out");
            computation = new ShardComputation(
                job.EvaluationPlan, job.Graph.CountsHits, job.Backend, test, parameters, PartialSums.None);
            _evaluation.Add(parameters, computation);
        }

        computation.Run(null, 0, shard, losses, hits);
    }

    internal Cluster.Messages.NonFinite? FindBroken(
        Permutation order, long step, AlignedBuffer parameters, ReadOnlySpan<float> losses, int rank,
        in MicrobatchRange shard)
    {
        Prepare(pieces: 1, piecesMax: 1); // another thread may have had all of the shard
        return BrokenLoss.Find(
            job.Schedule, step, losses, rank, shard, () => Computation(parameters, job.Schedule.MicrobatchSize), order);
    }

    private ShardComputation Computation(AlignedBuffer parameters, int samples)
    {
        if (_training.TryGetValue(parameters, out var bound) && bound.SamplesMax >= samples)
        {
            return bound.Computation;
        }

        Grow(samples);
        var computation = new ShardComputation(
            job.TrainingPlan(_samplesMax), job.Graph.CountsHits, job.Backend, job.Data.Train, parameters, Partials);
        _training[parameters] = (_samplesMax, computation);
        return computation;
    }

    private void Grow(int samples)
    {
        if (samples > _samplesMax)
        {
            var size = job.Schedule.MicrobatchSize;
            var microbatches = MicrobatchRange.CountOf(samples, size);
            var isFirst = _samplesMax == 0;
            _samplesMax = size * (isFirst ? microbatches : Math.Min(
                (int)BitOperations.RoundUpToPowerOf2((uint)microbatches),
                MicrobatchRange.CountOf(job.Schedule.BatchSize, size)));
        }
    }
}
