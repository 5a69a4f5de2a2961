using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Training;
using Distributed.Worker.Replicas;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Steps of a replica allocate nothing on its compute threads but what they tell: an entry of the report per step, and
/// a cursor per committed state. A lease of twice the steps may not allocate a byte more than twice that.
/// </summary>
public sealed class ReplicaAllocationTests
{
    private const int Samples = 1 << 14;
    private const int Steps = 128;

    /// <summary>Step, two doubles, samples, held-out losses, a flag, and an object's header and type.</summary>
    private const int CursorBytes = 6 * sizeof(long) + 16;

    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Train_AllocatesWhatItTellsOnly_InTheSteadyState(int threads)
    {
        using var team = new ComputeTeam("team", threads);
        var job = SmallJob.Replicated(new Momentum(0.1f), train: new SmallJob.Blobs(Samples));
        var network = new SeededNetwork(new Random(1));
        var work = new ReplicaShardWork(job, team, network.Attach("alone"), TimeProvider.System);
        work.Open(_ => { });
        work.Halt(new Regroup(1, 0));
        await work.Form(new Form(
            1, 0, ImmutableArray.Create("alone"), JobCursor.Start, StartFrom.Seed, Buckets: 3, Shards: 8, [], [], []));

        await AllocatedBy(work, team, 0, Steps);
        await AllocatedBy(work, team, Steps, 4096); // what is remembered of totals is full
        var once = await AllocatedBy(work, team, Steps + 4096, Steps);
        var twice = await AllocatedBy(work, team, (2 * Steps) + 4096, 2 * Steps);
        var told = (long)Steps * (CursorBytes + Unsafe.SizeOf<StepTotals>());
        Assert.InRange(twice - once, 0, told);
        Assert.InRange(once, 0, told + 4096);
    }

    /// <summary>By all threads of the team together; the first step starts on the test's thread.</summary>
    private static async Task<long> AllocatedBy(ReplicaShardWork work, ComputeTeam team, int first, int steps)
    {
        var before = await Allocated(team);
        var done = await work.Train(new TrainPlan(1, 0, first, steps, Sharding.Equal(1))).WaitAsync(Ample);
        Assert.Equal(steps, done.Steps.Count);
        return await Allocated(team) - before;
    }

    private static Task<long> Allocated(ComputeTeam team) => team.Run(ComputeKind.Shard, () =>
    {
        var sums = new long[team.Threads];
        team.Together(thread => sums[thread] = GC.GetAllocatedBytesForCurrentThread());
        return sums.Sum();
    }).WaitAsync(Ample);
}
