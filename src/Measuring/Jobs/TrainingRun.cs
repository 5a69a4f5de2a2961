using System.Diagnostics;
using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;
using Distributed.Engine.Data;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Measuring.Jobs;

/// <summary>Workers that train as in the product: leases of steps, a compute thread each, shared memory.</summary>
public sealed class TrainingRun : IDisposable
{
    private const int StepsPerEpochMax = 1 << 16;

    private readonly ComputeThread[] _threads;
    private readonly LocalSteps[] _work;
    private readonly Sharding _sharding;
    private readonly LocalJob _job;

    /// <summary>Workers that have not done a step yet.</summary>
    /// <remarks>Errors: UserErrorException for a model that is unknown or does not fit the samples.</remarks>
    public TrainingRun(Workload workload, int workers, int microbatchSize = Workload.MicrobatchSize)
    {
        Workload = workload;
        _sharding = Sharding.Equal(workers);
        _job = Build(workload, workers, microbatchSize);
        _threads = [.. Enumerable.Range(0, workers).Select(rank => new ComputeThread($"worker {rank}"))];
        _work = [.. _threads.Select(_ => new LocalSteps(_job, TimeProvider.System))];
    }

    public Workload Workload { get; }

    /// <summary>Steps done so far.</summary>
    public long Step { get; private set; }

    /// <summary>SHA-256 of weights and optimizer state.</summary>
    public string Fingerprint => _job.State.Fingerprint();

    /// <summary>Where the parameters lie.</summary>
    public ParameterLayout Layout => _job.State.Layout;

    /// <summary>Multiplications and additions in the products of one step.</summary>
    public double OperationsPerStep => 2.0 * _job.TrainingPlan.Instructions
        .Concat(_job.TrainingPlan.JointProducts)
        .Sum(instruction => instruction.Operation.MultiplyAdds(instruction, Workload.BatchSize));

    /// <summary>Runs so many steps and returns how long they took.</summary>
    public TimeSpan Lease(int steps) => Start(steps).GetAwaiter().GetResult();

    /// <summary>The same without keeping a thread waiting.</summary>
    public async Task<TimeSpan> Start(int steps)
    {
        var started = Stopwatch.GetTimestamp();
        _ = await Run(steps).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Runs so many steps and returns the bytes that each compute thread allocated, by rank.</summary>
    public long[] AllocatedBy(int steps) => Run(steps).GetAwaiter().GetResult();

    public void Dispose() => Array.ForEach(_threads, thread => thread.Dispose());

    /// <summary>What the workers of such a run share.</summary>
    internal static LocalJob Build(Workload workload, int workers, int microbatchSize)
    {
        var sharding = Sharding.Equal(workers);
        var batch = workload.BatchSize;
        var (graph, data) = workload.Build(Math.Min(StepsPerEpochMax, int.MaxValue / batch));
        var state = new TrainingState(graph.Layout, new Momentum(0.01f));
        graph.Layout.Initialise(1, state.Parameters);
        var shardMax = sharding.ShardMax(batch, microbatchSize);
        var plan = LocalJob.PlanOf(
            graph, state.Optimizer, Math.Min(shardMax * microbatchSize, batch), microbatchSize, batch);
        return new LocalJob
        {
            Graph = graph,
            State = state,
            Schedule = new BatchSchedule(data.Count, batch, microbatchSize, seed: 1),
            Data = new DataSplit(data, null),
            TrainingPlan = plan,
            EvaluationPlan = graph.EvaluationPlan(batch),
            Group = new SharedMemoryGroup(
                sharding.Workers, plan.Partials, MicrobatchRange.CountOf(batch, microbatchSize), shardMax,
                TimeSpan.FromSeconds(30)),
        };
    }

    private Task<long[]> Run(int steps)
    {
        long perEpoch = _job.Schedule.StepsPerEpoch;
        var epochEnd = ((Step / perEpoch) + 1) * perEpoch;
        var first = Step + steps <= epochEnd ? Step : epochEnd;
        Step = first + steps;
        return Task.WhenAll(_threads.Select((thread, rank) => thread.Run(ComputeKind.Shard, () =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var done = _work[rank].Train(new TrainPlan(0, rank, first, steps, _sharding));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return done.NonFinite is null ? allocated : throw new InvalidOperationException($"lost: {done.NonFinite}");
        })));
    }
}
