using System.Runtime.CompilerServices;
using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;
using Distributed.Engine.Data;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Random;
using Distributed.Engine.Training;

namespace Distributed.Worker.Tests;

/// <summary>
/// Steps in the steady state allocate nothing on their compute thread. A lease of twice the steps may allocate what
/// its report is longer, one entry per step, and not a byte more.
/// </summary>
public sealed class AllocationTests
{
    private const int Samples = 1 << 14;
    private const int Features = 20;
    private const int Classes = 3;
    private const int BatchSize = 32;
    private const int MicrobatchSize = 4;
    private const int Steps = 128;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Train_AllocatesItsReportOnly_InTheSteadyState(int workers)
    {
        var sharding = Sharding.Equal(workers);
        var job = Job(sharding);
        var threads = Enumerable.Range(0, workers).Select(rank => new ComputeThread($"worker {rank}")).ToList();
        var work = threads.Select(_ => new LocalShardWork(job, TimeProvider.System)).ToList();

        Task<long[]> AllocatedBy(int firstStep, int steps) => Task.WhenAll(threads.Select((thread, rank) =>
            thread.Run(() => Allocated(work[rank], new TrainPlan(0, rank, firstStep, steps, sharding)))));

        await AllocatedBy(0, Steps);
        var once = await AllocatedBy(Steps, Steps);
        var twice = await AllocatedBy(2 * Steps, 2 * Steps);
        threads.ForEach(thread => thread.Dispose());

        var entries = (long)Steps * Unsafe.SizeOf<StepTotals>();
        Assert.All(once.Zip(twice), lease => Assert.Equal(entries, lease.Second - lease.First));
        Assert.All(once, allocated => Assert.InRange(allocated, entries, entries + 1024));
    }

    private static long Allocated(LocalShardWork work, TrainPlan plan)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var done = work.Train(plan);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(plan.StepCount, done.Steps.Count);
        return allocated;
    }

    private static LocalJob Job(Sharding sharding)
    {
        var data = Data();
        var graph = new TrainingGraph(
            new Sequential { new Linear(Features, 8), new ReLU(), new Linear(8, Classes) }, data);
        var state = new TrainingState(graph.Layout, new Momentum(0.01f));
        graph.Layout.Initialise(1, state.Parameters);
        var shardMax = sharding.ShardMax(BatchSize, MicrobatchSize);
        var plan = graph.TrainingPlan(shardMax * MicrobatchSize);
        return new LocalJob
        {
            Graph = graph,
            State = state,
            Schedule = new BatchSchedule(data.Count, BatchSize, MicrobatchSize, seed: 1),
            Data = new DataSplit(data, null),
            TrainingPlan = plan,
            EvaluationPlan = graph.EvaluationPlan(BatchSize),
            Group = new SharedMemoryGroup(
                sharding.Workers, plan.PartialLength, BatchSize / MicrobatchSize, shardMax, TimeSpan.FromSeconds(60)),
        };
    }

    private static TableSet Data()
    {
        var features = new float[Samples * Features];
        new CounterRandom(1, RandomPurpose.Example).FillUniform(features, 0, -1, 1);
        var labels = new CounterRandom(1, RandomPurpose.Example, 1);
        return new TableSet(
            "random", Features, features,
            [.. Enumerable.Range(0, Samples).Select(sample => (float)(labels.Bits((ulong)sample) % Classes))],
            Classes);
    }
}
