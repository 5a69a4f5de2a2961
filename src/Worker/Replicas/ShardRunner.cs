using Distributed.Engine.Memory;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>Runs shards on a replica's weights. For one compute thread.</summary>
/// <remarks>
/// A plan is bound to one buffer of weights, and a replica has two; so each is bound once, for the largest shard so
/// far.
/// </remarks>
internal sealed class ShardRunner(ReplicaJob job)
{
    private readonly Dictionary<AlignedBuffer, (int SamplesMax, ShardComputation Computation)> _training = [];
    private readonly Dictionary<AlignedBuffer, ShardComputation> _evaluation = [];
    private PartialSums _partials = PartialSums.None;
    private Permutation? _order;
    private long _orderEpoch = -1;

    /// <summary>The latest shard's partial sums; left alone until the next shard runs.</summary>
    internal PartialSums Partials => _partials;

    /// <summary>Makes room for shards of so many micro-batches; call it on the compute thread.</summary>
    internal void Prepare(int microbatchesMax)
    {
        var pieces = CanonicalTree.PiecesMax(microbatchesMax);
        if (pieces > _partials.PiecesMax)
        {
            _partials = new PartialSums(job.Partials.Length, pieces);
            _training.Clear();
        }
    }

    internal void Run(
        long step, AlignedBuffer parameters, in MicrobatchRange shard, Span<float> losses, Span<float> hits) =>
        Computation(parameters, shard.Samples).Run(
            Order(step), job.Schedule.StepInEpoch(step) * job.Schedule.BatchSize, shard, losses, hits);

    internal void Evaluate(AlignedBuffer parameters, in MicrobatchRange shard, Span<float> losses, Span<float> hits)
    {
        if (!_evaluation.TryGetValue(parameters, out var computation))
        {
            var test = job.Data.Test ?? throw new InvalidOperationException("no samples are held out");
            computation = new ShardComputation(
                job.EvaluationPlan, job.Graph.CountsHits, job.Backend, test, parameters, PartialSums.None);
            _evaluation.Add(parameters, computation);
        }

        computation.RunInParts(shard, losses, hits);
    }

    internal Cluster.Messages.NonFinite? FindBroken(
        long step, AlignedBuffer parameters, ReadOnlySpan<float> losses, int rank, in MicrobatchRange shard) =>
        BrokenLoss.Find(
            job.Schedule, step, losses, rank, shard, () => Computation(parameters, job.Schedule.MicrobatchSize),
            Order(step));

    private Permutation Order(long step)
    {
        var epoch = job.Schedule.Epoch(step);
        if (_orderEpoch != epoch)
        {
            (_order, _orderEpoch) = (job.Schedule.Order(epoch), epoch);
        }

        return _order!;
    }

    private ShardComputation Computation(AlignedBuffer parameters, int samples)
    {
        if (_training.TryGetValue(parameters, out var bound) && bound.SamplesMax >= samples)
        {
            return bound.Computation;
        }

        var samplesMax = MicrobatchRange.CountOf(samples, job.Schedule.MicrobatchSize) * job.Schedule.MicrobatchSize;
        var computation = new ShardComputation(
            job.TrainingPlan(samplesMax), job.Graph.CountsHits, job.Backend, job.Data.Train, parameters, _partials);
        _training[parameters] = (samplesMax, computation);
        return computation;
    }
}
