using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Local;

/// <summary>
/// A worker's steps in one process: compute the shard, meet the others, finish and update strips of each weight matrix
/// and the elements it owns of everything else, meet again.
/// </summary>
/// <remarks>
/// For one compute thread. Once a lease runs, its steps allocate nothing; a new order of samples is made per epoch.
/// Cost per step: two barriers, three where gradients are clipped by their norm; every worker reads what the others
/// made its part of the gradient of (factors of joint products, pieces of other sums) and writes its part of the
/// weights.
/// </remarks>
public sealed class LocalSteps(LocalJob job, TimeProvider clock)
{
    private readonly SharedMemoryGroup _group = job.Group;
    private readonly BatchSchedule _schedule = job.Schedule;
    private readonly Dictionary<int, Arrangement> _arrangements = [];
    private Sharding? _sharding;
    private ShardComputation? _training;
    private ShardComputation? _evaluation;
    private ParameterUpdate? _update;
    private StripUpdate? _strips;
    private (int Offset, int Count)[] _owned = [];
    private Permutation? _order;
    private long _orderEpoch = -1;
    private int _rank = -1;
    private string _phase = "";
    private long? _step;

    public TrainDone Train(TrainPlan plan) => Guarded(plan.Rank, () =>
    {
        var steps = new StepTotals[plan.StepCount];
        var committed = 0;
        var (compute, wait, samples) = (0L, 0L, 0L);
        NonFinite? broken = null;
        Prepare(plan);
        for (; committed < steps.Length; committed++)
        {
            var step = plan.FirstStep + committed;
            var batch = Arranged(_schedule.SamplesIn(step));
            var started = clock.GetTimestamp();
            ComputeShard(step, batch.Shards[_rank]);
            var computed = clock.GetTimestamp();
            _group.Barrier.Wait(_rank);
            var met = clock.GetTimestamp();
            var totals = Totals(step);
            if (!float.IsFinite(totals.Loss))
            {
                broken = BrokenLoss.Find(
                    _schedule, step, _group.Losses(_schedule.Batch(step)), _rank, batch.Shards[_rank],
                    () => _training!, _order);
                break;
            }

            steps[committed] = totals;
            if (_rank == 0)
            {
                job.Writes.BeginUpdate(met, batch.Samples == _schedule.BatchSize);
            }

            UpdateOwned(batch, step, plan);
            var updated = clock.GetTimestamp();
            _group.Barrier.Wait(_rank);
            compute += computed - started + updated - met;
            wait += met - computed + clock.GetTimestamp() - updated;
            samples += batch.Shards[_rank].Samples;
        }

        return new TrainDone(
            plan.Generation, plan.Rank, plan.FirstStep, new ArraySegment<StepTotals>(steps, 0, committed),
            new WorkTiming(clock.GetElapsedTime(0, compute), clock.GetElapsedTime(0, wait), samples), broken);
    });

    public EvaluateDone Evaluate(EvaluatePlan plan) => Guarded(plan.Rank, () =>
    {
        (_phase, _step) = ("evaluate", null);
        var test = job.Data.Test ?? throw new InvalidOperationException("no samples are held out");
        var shard = plan.Sharding.Shards(test.Count, _schedule.MicrobatchSize)[plan.Rank];
        var losses = new float[shard.Count];
        var hits = new float[shard.Count];
        _evaluation ??= new ShardComputation(
            job.EvaluationPlan, job.Graph.CountsHits, job.Backend, test, job.State.Parameters, PartialSums.None);
        _evaluation.Run(null, 0, shard, losses, hits);
        return new EvaluateDone(plan.Generation, plan.Rank, losses, hits);
    });

    /// <summary>A failure of its own breaks the group, so that nobody waits for this worker.</summary>
    private T Guarded<T>(int rank, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (CollectiveException)
        {
            throw;
        }
        catch (Exception error)
        {
            // People count steps from 1.
            var phase = _step is { } step ? $"{_phase}, step {step + 1}" : _phase;
            _group.Barrier.Break($"worker {rank} failed in {phase}: {error.Message}");
            throw new WorkException(phase, error);
        }
    }

    private void Prepare(TrainPlan plan)
    {
        (_phase, _step) = ("prepare", plan.FirstStep);
        if (_rank != plan.Rank)
        {
            (_rank, _training) = (plan.Rank, null);
            _owned = [.. _group.Owned(_rank, job.TrainingPlan.Reduced)];
        }

        _update ??= ParameterUpdate.Create(job.State.Optimizer, job.Path, job.State.Layout);
        _strips ??= new StripUpdate(_update, job.State.Buffers, isShared: _group.Workers > 1);
        _training ??= new ShardComputation(
            job.TrainingPlan, job.Graph.CountsHits, job.Backend, job.Data.Train, job.State.Parameters,
            _group.Partials[_rank], job.Factors);
        if (_sharding != plan.Sharding)
        {
            _arrangements.Clear();
            _sharding = plan.Sharding;
        }

        var epoch = _schedule.Epoch(plan.FirstStep);
        if (_orderEpoch != epoch)
        {
            (_order, _orderEpoch) = (_schedule.Order(epoch), epoch);
        }
    }

    private Arrangement Arranged(int samples)
    {
        if (!_arrangements.TryGetValue(samples, out var arrangement))
        {
            var shards = _sharding!.Shards(samples, _schedule.MicrobatchSize);
            var pieces = new PieceTable(shards, _group.Partials, job.TrainingPlan.Partials);
            arrangement = new Arrangement(samples, shards, pieces);
            _arrangements.Add(samples, arrangement);
        }

        return arrangement;
    }

    private void ComputeShard(long step, in MicrobatchRange shard)
    {
        (_phase, _step) = ("compute", step);
        job.Shares.Renew(_rank);
        _training!.ClaimsShared = _group.Workers > 1 && job.Writes.IsForFarCores;
        _training.Run(
            _order, _schedule.StepInEpoch(step) * _schedule.BatchSize, shard, _group.Losses(shard), _group.Hits(shard));
    }

    private StepTotals Totals(long step)
    {
        var batch = _schedule.Batch(step);
        return job.Totals(
            step, CanonicalTree.Sum(_group.Losses(batch)), CanonicalTree.Sum(_group.Hits(batch)));
    }

    private void UpdateOwned(Arrangement batch, long step, TrainPlan plan)
    {
        _phase = "update";
        var state = job.State.Buffers;
        var terms = job.Terms(job.State.Optimizer, step, plan);
        if (job.Gradient is { } gradient)
        {
            UpdateClipped(batch, gradient, terms);
            return;
        }

        _strips!.Step = terms;
        _strips.PastCaches = job.Writes.IsForFarCores;
        _training!.SumJointly(_schedule.Batch(step), job.Shares, _rank, _strips);
        foreach (var (offset, count) in _owned)
        {
            _update!.Apply(batch.Pieces, offset, state, state, offset, count, terms);
        }
    }

    private void UpdateClipped(Arrangement batch, SharedGradient gradient, in StepTerms terms)
    {
        var state = job.State.Buffers;
        var (offset, count) = _group.Owned(_rank);
        _update!.Finish(batch.Pieces, offset, gradient.Floats, offset, count, terms.Weight);
        gradient.Norm.Square(_rank, gradient.Floats);
        _group.Barrier.Wait(_rank);
        var scale = job.State.Optimizer.Regularisation.Scale(gradient.Norm.Norm());
        _update.Apply(gradient.Floats, state, state, offset, count, terms with { Scale = scale });
    }

    /// <summary>One size of mini-batch, dealt out.</summary>
    private sealed record Arrangement(int Samples, IReadOnlyList<MicrobatchRange> Shards, PieceTable Pieces);
}
