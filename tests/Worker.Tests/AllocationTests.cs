using System.Runtime.CompilerServices;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Worker.Tests;

/// <summary>
/// Steps in the steady state allocate nothing on their compute thread. A lease of twice the steps may allocate what
/// its report is longer, one entry per step, and not a byte more.
/// </summary>
public sealed class AllocationTests
{
    /// <summary>More than enough for all leases to lie in one epoch: a new order of samples is allocated.</summary>
    private const int Samples = 1 << 14;

    private const int Steps = 128;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Train_AllocatesItsReportOnly_InTheSteadyState(int workers)
    {
        var sharding = Sharding.Equal(workers);
        var job = SmallJob.Create(workers, train: new SmallJob.Blobs(Samples));
        var threads = Enumerable.Range(0, workers).Select(rank => new ComputeThread($"worker {rank}")).ToList();
        var work = threads.Select(_ => new LocalSteps(job, TimeProvider.System)).ToList();

        Task<long[]> AllocatedBy(int firstStep, int steps) => Task.WhenAll(threads.Select((thread, rank) =>
            thread.Run(
                ComputeKind.Shard,
                () => Allocated(work[rank], new TrainPlan(0, rank, firstStep, steps, sharding)))));

        await AllocatedBy(0, Steps);
        var once = await AllocatedBy(Steps, Steps);
        var twice = await AllocatedBy(2 * Steps, 2 * Steps);
        threads.ForEach(thread => thread.Dispose());

        var entries = (long)Steps * Unsafe.SizeOf<StepTotals>();
        Assert.All(once.Zip(twice), lease => Assert.Equal(entries, lease.Second - lease.First));
        Assert.All(once, allocated => Assert.InRange(allocated, entries, entries + 1024));
    }

    private static long Allocated(LocalSteps work, TrainPlan plan)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var done = work.Train(plan);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(plan.StepCount, done.Steps.Count);
        return allocated;
    }
}
