using System.Globalization;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Optimizers;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Generations that follow each other: whoever joins, leaves or dies, and whenever, training goes on from a step that
/// survives and ends with the bits of one worker by itself.
/// </summary>
public sealed class FormationTests
{
    private const int Steps = 6;
    private const int Buckets = 2;

    private static readonly Momentum Optimizer = new(0.1f);
    private static readonly SingleWorker Oracle = new(Steps, Optimizer);

    /// <summary>Plans and layouts are made once for all groups of this class.</summary>
    private static readonly Worker.Replicas.ReplicaJob Job = SmallJob.Replicated(Optimizer);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 1)]
    public void Joiner_HasTheBitsOfTheOthers_WhenItHeldNothing(int before, int joining)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var group = new ReplicaGroup(Job, Buckets, seed);
            var nodes = group.Add(before);
            group.Form(nodes);
            group.TrainTo(3, ExchangeTests.Uneven(before, seed));
            var plan = group.Form([.. nodes, .. group.Add(joining)]);
            Assert.Equal((StartFrom.Members, 3L), (plan.Start, plan.Cursor.Step));
            ExchangeTests.AssertAll(Oracle, group, 3, Buckets);
            group.TrainTo(Steps, ExchangeTests.Uneven(before + joining, seed));
            ExchangeTests.AssertAll(Oracle, group, Steps, Buckets);
            group.AssertNoUnexpectedFrames();
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Leaver_GivesWhatOnlyItHolds_BeforeItGoes(int workers)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var group = new ReplicaGroup(Job, Buckets, seed);
            var nodes = group.Add(workers);
            group.Form(nodes);
            group.TrainTo(3, Sharding.Equal(workers));
            group.Form(nodes, leaver: nodes[seed % workers]);
            Assert.Equal(workers - 1, group.Members.Count);
            ExchangeTests.AssertAll(Oracle, group, 3, Buckets);
            group.TrainTo(Steps, Sharding.Equal(workers - 1));
            ExchangeTests.AssertAll(Oracle, group, Steps, Buckets);
        }
    }

    /// <summary>
    /// A lease of three steps is cut short after every possible number of frames and turns; one node dies, joins or
    /// leaves, or the same ones change their ranks.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Group_GoesOnFromASurvivingStep_WhereverALeaseIsCutShort(int workers)
    {
        var isOver = false;
        for (var turns = 0; !isOver; turns++)
        {
            Assert.True(turns < 10_000, "a lease never ends");
            var group = new ReplicaGroup(Job, Buckets, seed: turns);
            var nodes = group.Add(workers).ToList();
            group.Form(nodes);
            group.BeginTraining(3, ExchangeTests.Uneven(workers, turns));
            isOver = !Run(group, turns);
            var newest = nodes.Max(node => node.Work.Replica.Current.Cursor!.Step);
            var plan = Change(group, nodes, turns);
            Assert.True(plan.Start == StartFrom.Members, $"after {turns} turns: {plan.Reason}");
            Assert.InRange(plan.Cursor.Step, newest - 1, newest);
            ExchangeTests.AssertAll(Oracle, group, plan.Cursor.Step, Buckets);
            group.TrainTo(Steps, ExchangeTests.Uneven(group.Members.Count, turns + 1));
            ExchangeTests.AssertAll(Oracle, group, Steps, Buckets);
            group.AssertNoUnexpectedFrames();
        }
    }

    /// <summary>Faults also hit while the state is moving: the next generation starts from the same step.</summary>
    [Fact]
    public void Group_GoesOnFromTheSameStep_WhereverAFormingIsCutShort()
    {
        var isOver = false;
        for (var turns = 0; !isOver; turns++)
        {
            var group = new ReplicaGroup(Job, Buckets, seed: turns);
            var nodes = group.Add(3).ToList();
            group.Form(nodes);
            group.TrainTo(2, Sharding.Equal(3));
            group.Kill(nodes[turns % 3]);
            nodes.RemoveAt(turns % 3);
            nodes.AddRange(group.Add(2));
            group.BeginForming(nodes);
            isOver = !Run(group, turns);
            var plan = Change(group, nodes, turns, change: 1 + (turns % 3));
            Assert.Equal((StartFrom.Members, 2L), (plan.Start, plan.Cursor.Step));
            group.TrainTo(Steps, ExchangeTests.Uneven(group.Members.Count, turns));
            ExchangeTests.AssertAll(Oracle, group, Steps, Buckets);
            group.AssertNoUnexpectedFrames();
        }
    }

    [Fact]
    public void Group_SurvivesFaultAfterFault_AndEndsWithTheBitsOfOneWorker()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var group = new ReplicaGroup(Job, Buckets, seed);
            var nodes = group.Add(1 + random.Next(5)).ToList();
            group.Form(nodes);
            for (var fault = 0; fault < 8; fault++)
            {
                var now = group.Members[0].Work.Replica.Current.Cursor!.Step;
                var left = (int)Math.Min(Steps - now, 5 - (now % 5));
                if (left > 0)
                {
                    group.BeginTraining(left, ExchangeTests.Uneven(group.Members.Count, seed + fault));
                    Run(group, random.Next(400));
                }

                var plan = Change(group, nodes, random.Next(1000));
                Assert.True(
                    plan.Start == StartFrom.Members && plan.Cursor.Step >= now,
                    string.Create(CultureInfo.InvariantCulture, $"seed {seed}, fault {fault}: {plan.Reason}"));
            }

            group.TrainTo(Steps, Sharding.Equal(group.Members.Count));
            ExchangeTests.AssertAll(Oracle, group, Steps, Buckets);
            group.AssertNoUnexpectedFrames();
        }
    }

    [Fact]
    public void Missing_NamesTheSilentMembers_UntilTheGenerationHasFormed()
    {
        var group = new ReplicaGroup(Job, Buckets, seed: 4);
        var nodes = group.Add(3);
        group.Kill(nodes[2]);
        group.BeginForming(nodes);
        group.RunUntilIdle();
        Assert.Null(nodes[0].Work.Missing()); // a hello has come since it was asked last
        var missing = nodes[0].Work.Missing()!;
        Assert.Equal(("no hello", 2), (missing.Reason, Assert.Single(missing.Peers)));
        Assert.Null(new ReplicaGroup(Job, Buckets, seed: 4).Add(1)[0].Work.Missing());
        group.Form([nodes[0], nodes[1]]);
        Assert.Null(nodes[0].Work.Missing());
    }

    /// <summary>A member of before is told late, by a link that knows no generations.</summary>
    [Fact]
    public void Loss_ConcernsMembersAndGiversOnly()
    {
        var group = new ReplicaGroup(Job, Buckets, seed: 5);
        var nodes = group.Add(3);
        group.Form(nodes);
        group.TrainTo(2, Sharding.Equal(3));
        group.BeginForming([nodes[0], nodes[1]], leaver: nodes[1]);
        Cluster.Links.IDataReceiver receiver = nodes[0].Work;
        receiver.OnPeerLost(nodes[2].Address, "gone");
        Assert.Empty(nodes[0].Lost);
        receiver.OnPeerLost(nodes[1].Address, "gone");
        Assert.Equal(PeersLost.NoMember, Assert.Single(Assert.Single(nodes[0].Lost).Peers));
    }

    /// <summary>False when nothing was left to do before so many turns had been.</summary>
    private static bool Run(ReplicaGroup group, int turns)
    {
        for (var turn = 0; turn < turns; turn++)
        {
            if (!group.RunOne())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Forms the next generation: without a dead one, with a new one, without a leaver, or in another order.
    /// </summary>
    private static Coordinator.Membership.RecoveryPlan Change(
        ReplicaGroup group, List<ReplicaGroup.Node> nodes, int choice, int? change = null)
    {
        var index = choice / 4 % nodes.Count;
        switch (change ?? choice % 4)
        {
            case 0 when nodes.Count > 1:
                group.Kill(nodes[index]);
                nodes.RemoveAt(index);
                return group.Form(nodes);
            case 1 when nodes.Count > 1:
                var leaver = nodes[index];
                var plan = group.Form(nodes, leaver);
                nodes.Remove(leaver);
                return plan;
            case 2 when nodes.Count < 6:
                nodes.InsertRange(index, group.Add(1));
                return group.Form(nodes);
            default:
                nodes.Reverse();
                return group.Form(nodes);
        }
    }
}
