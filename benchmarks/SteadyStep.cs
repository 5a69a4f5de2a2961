using BenchmarkDotNet.Attributes;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Measuring.Jobs;
using Distributed.Worker.Local;

namespace Distributed.Benchmarks;

/// <summary>
/// One worker's step by itself, as inside a lease: samples, plan, loss, tree, update. Allocates nothing.
/// </summary>
/// <remarks>Without the lease around it, so that the memory diagnoser shows the step and no report.</remarks>
[MemoryDiagnoser]
public class SteadyStep
{
    private LocalJob? _job;
    private ShardComputation? _computation;
    private ParameterUpdate? _update;
    private StripUpdate? _strips;
    private PieceTable? _pieces;
    private StripShares? _shares;
    private Permutation? _order;
    private MicrobatchRange _batch;

    [Params("mlp", "seed")]
    public string Job { get; set; } = "mlp";

    [GlobalSetup]
    public void Start()
    {
        _job = TrainingRun.Build(Jobs.Named(Job), workers: 1, microbatchSize: 16);
        _batch = _job.Schedule.Batch(0);
        _order = _job.Schedule.Order(0);
        _computation = new ShardComputation(
            _job.TrainingPlan, _job.Graph.CountsHits, _job.Backend, _job.Data.Train, _job.State.Parameters,
            _job.Group.Partials[0], new AlignedBuffer(_job.TrainingPlan.SharedLength));
        _update = ParameterUpdate.Create(_job.State.Optimizer, _job.Path, _job.State.Layout);
        _strips = new StripUpdate(_update, _job.State.Buffers, isShared: false);
        _shares = new StripShares(_job.TrainingPlan.JointProducts.Count, workers: 1);
        _pieces = new PieceTable([_batch], _job.Group.Partials, _job.TrainingPlan.Partials);
        CheckAgainstALease();
    }

    private readonly TrainPlan _lease = new(1, 0, 0, 1, Sharding.Equal(1));

    /// <summary>The first mini-batch again and again; returns its loss.</summary>
    [Benchmark]
    public float Step()
    {
        var losses = _job!.Group.Losses(_batch);
        _computation!.Run(_order, 0, _batch, losses, _job.Group.Hits(_batch));
        var state = _job.State;
        _strips!.Step = _job.Terms(state.Optimizer, 0, _lease);
        _shares!.Renew(rank: 0);
        _computation.SumJointly(_batch, _shares, rank: 0, _strips);
        for (var i = 0; i < _job.TrainingPlan.Reduced.Count; i++)
        {
            var (offset, count) = _job.TrainingPlan.Reduced[i];
            _update!.Apply(_pieces!, offset, state.Buffers, state.Buffers, offset, count, _strips.Step);
        }

        return CanonicalTree.Sum(losses);
    }

    private void CheckAgainstALease()
    {
        using var lease = new TrainingRun(Jobs.Named(Job), 1);
        lease.Lease(1);
        Step();
        if (_job!.State.Fingerprint() != lease.Fingerprint)
        {
            throw new InvalidOperationException($"{Job}: the step is not that of a lease");
        }
    }
}
