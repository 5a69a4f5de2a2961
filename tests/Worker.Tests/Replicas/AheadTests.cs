using Distributed.Cluster;
using Distributed.Engine.Optimizers;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Goal: what is computed ahead of a plan is used where the plan means the same shard, and never shows where it does
/// not. Method: leases of one step, dealt as before or anew, begun wherever the pass ahead may be.
/// </summary>
public sealed class AheadTests
{
    private const int Buckets = 3;

    private static readonly Momentum Optimizer = new(0.1f);
    private static readonly SingleWorker Oracle = new(7, Optimizer);
    private static readonly Worker.Replicas.ReplicaJob Job = SmallJob.Replicated(Optimizer);

    /// <summary>Steps of an epoch but the last: no pass is begun across its end.</summary>
    private static int Steps => Job.Schedule.StepsPerEpoch - 1;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Bits_AreThoseOfOneWorker_WhereverShardsChange(int workers)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var group = new ReplicaGroup(Job, Buckets, seed);
            var random = new Random(seed);
            group.Form(group.Add(workers));
            for (var step = 1; step <= Steps; step++)
            {
                group.TrainOne(ExchangeTests.Uneven(workers, seed + random.Next(2)));
                for (var turns = random.Next(workers * (Buckets + 2)); turns > 0 && group.RunOne(); turns--)
                {
                }
            }

            ExchangeTests.AssertAll(Oracle, group, Steps, Buckets);
            group.AssertNoUnexpectedFrames();
        }
    }

    /// <summary>A pass is one turn of compute and one for every bucket.</summary>
    [Fact]
    public void Pass_IsRunOnce_WhereShardsStay()
    {
        var group = new ReplicaGroup(Job, Buckets, seed: 1);
        group.Form(group.Add(1));
        var node = group.Members[0];
        group.TrainOne(Sharding.Equal(1));
        Assert.False(node.Compute.IsIdle);
        group.RunUntilIdle();
        var next = group.BeginTraining(1, Sharding.Equal(1))[0];
        Assert.True(next.IsCompletedSuccessfully);
        Assert.Equal(2, node.Work.Replica.Current.Cursor!.Step);
    }

    [Fact]
    public void Pass_IsBegunByItsPlanOnly_WhereAnEpochBegins()
    {
        var group = new ReplicaGroup(Job, Buckets, seed: 1);
        group.Form(group.Add(1));
        group.TrainTo(Job.Schedule.StepsPerEpoch, Sharding.Equal(1));
        Assert.True(group.Members[0].Compute.IsIdle);
        Assert.False(group.BeginTraining(1, Sharding.Equal(1))[0].IsCompleted);
    }
}
