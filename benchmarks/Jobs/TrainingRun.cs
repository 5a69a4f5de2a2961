using System.Diagnostics;
using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;
using Distributed.Engine.Data;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Benchmarks.Jobs;

/// <summary>Workers that train as in the product: leases of steps, a compute thread each, shared memory.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const int StoredSamples = 4096;
    private const int StepsPerEpoch = 1 << 16;

    private readonly ComputeThread[] _threads;
    private readonly LocalSteps[] _work;
    private readonly Sharding _sharding;
    private readonly LocalJob _job;

    internal TrainingRun(Workload workload, int workers, int microbatchSize = 16)
    {
        Workload = workload;
        _sharding = Sharding.Equal(workers);
        _job = Build(workload, workers, microbatchSize);
        _threads = [.. Enumerable.Range(0, workers).Select(rank => new ComputeThread($"worker {rank}"))];
        _work = [.. _threads.Select(_ => new LocalSteps(_job, TimeProvider.System))];
    }

    internal Workload Workload { get; }

    /// <summary>Steps done so far.</summary>
    internal long Step { get; private set; }

    internal string Fingerprint => _job.State.Fingerprint();

    /// <summary>Runs so many steps and returns how long they took.</summary>
    internal TimeSpan Lease(int steps)
    {
        var started = Stopwatch.GetTimestamp();
        _ = AllocatedBy(steps);
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Runs so many steps and returns the bytes that each compute thread allocated, by rank.</summary>
    internal long[] AllocatedBy(int steps)
    {
        var epochEnd = ((Step / StepsPerEpoch) + 1) * StepsPerEpoch;
        var first = Step + steps <= epochEnd ? Step : epochEnd;
        Step = first + steps;
        return Task.WhenAll(_threads.Select((thread, rank) => thread.Run(ComputeKind.Shard, () =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var done = _work[rank].Train(new TrainPlan(0, rank, first, steps, _sharding));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return done.NonFinite is null ? allocated : throw new InvalidOperationException($"lost: {done.NonFinite}");
        }))).GetAwaiter().GetResult();
    }

    public void Dispose() => Array.ForEach(_threads, thread => thread.Dispose());

    /// <summary>What the workers of such a run share.</summary>
    internal static LocalJob Build(Workload workload, int workers, int microbatchSize)
    {
        var sharding = Sharding.Equal(workers);
        var batch = workload.BatchSize;
        var data = new RepeatedSet(batch * StepsPerEpoch, StoredSamples, workload.Features, workload.Classes);
        var graph = new TrainingGraph(workload.Model(), data);
        var state = new TrainingState(graph.Layout, new Momentum(0.01f));
        graph.Layout.Initialise(1, state.Parameters);
        var shardMax = sharding.ShardMax(batch, microbatchSize);
        var plan = graph.TrainingPlan(Math.Min(shardMax * microbatchSize, batch));
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
}
