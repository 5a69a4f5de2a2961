using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator.Tests.Membership;

/// <summary>Random holdings; the plan is carried out place by place and compared with what survives.</summary>
public sealed class RecoveryPlanTests
{
    private const string Store = "store";

    [Fact]
    public void Plan_GivesEveryMemberItsPart_OfTheHighestStepThatSurvives()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var shape = new StateShape(1 + random.Next(120), random.Next(4) > 0, 1 + random.Next(4));
            var candidates = RandomCandidates(random, shape);
            var kept = random.Next(3) == 0 ? At(random.Next(6)) : JobCursor.Start;
            var plan = RecoveryPlan.Decide(candidates, kept, shape, Store);
            try
            {
                var (start, step) = Surviving(candidates, kept, shape);
                Assert.Equal((start, step), (plan.Start, plan.Cursor.Step));
                Assert.Equal(candidates.Where(candidate => candidate.Stays), plan.Members);
                AssertGiversHold(plan, candidates);
                AssertMembersEndComplete(plan, shape);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }
        }
    }

    [Fact]
    public void Plan_StartsFromTheSeed_WhenNothingIsHeldAnywhere()
    {
        var plan = RecoveryPlan.Decide([Candidate(0), Candidate(1)], JobCursor.Start, new(10, true, 1), Store);
        Assert.Equal((StartFrom.Seed, 0L), (plan.Start, plan.Cursor.Step));
        Assert.Empty(plan.Transfers);
        Assert.Equal("nobody holds a state: from the beginning", plan.Reason);
    }

    [Fact]
    public void Plan_StartsFromTheCheckpoint_WhenItIsNewerThanWhatSurvives()
    {
        var plan = RecoveryPlan.Decide([Candidate(0, 3), Candidate(1, 3)], At(4), new(10, true, 1), Store);
        Assert.Equal((StartFrom.Checkpoint, 4L), (plan.Start, plan.Cursor.Step));
        Assert.All(plan.Transfers, transfer => Assert.Equal(Store, transfer.From));
        Assert.Equal("no later state survives in whole: from the checkpoint of step 4", plan.Reason);
    }

    [Fact]
    public void Plan_StartsFromTheMembers_WhenTheyHoldAsMuchAsTheCheckpoint()
    {
        var plan = RecoveryPlan.Decide([Candidate(0, 4), Candidate(1)], At(4), new(10, true, 1), Store);
        Assert.Equal((StartFrom.Members, 4L), (plan.Start, plan.Cursor.Step));
        Assert.All(plan.Transfers, transfer => Assert.Equal(("data-0", 1), (transfer.From, transfer.To)));
    }

    /// <summary>The oracle: every step, every float.</summary>
    private static (StartFrom Start, long Step) Surviving(
        IReadOnlyList<Candidate> candidates, JobCursor kept, StateShape shape)
    {
        for (var step = 20L; step >= kept.Step; step--)
        {
            var states = candidates.SelectMany(candidate => candidate.Standing.Holdings)
                .Where(holding => holding.Cursor.Step == step).Select(holding => Places(holding.State, shape)).ToList();
            if (states.Count > 0 && (!shape.HasOptimizerState
                || Enumerable.Range(0, shape.Length).All(place => states.Exists(state => state[place]))))
            {
                return (StartFrom.Members, step);
            }
        }

        return kept.Step == 0 ? (StartFrom.Seed, 0) : (StartFrom.Checkpoint, kept.Step);
    }

    private static void AssertGiversHold(RecoveryPlan plan, IReadOnlyList<Candidate> candidates)
    {
        foreach (var transfer in plan.Transfers)
        {
            Assert.InRange(transfer.To, 0, plan.Members.Count - 1);
            Assert.NotEqual(transfer.From, plan.Members[transfer.To].DataAddress);
            if (plan.Start == StartFrom.Checkpoint)
            {
                Assert.Equal(Store, transfer.From);
                continue;
            }

            var held = candidates.Single(candidate => candidate.DataAddress == transfer.From).At(plan.Cursor.Step)!;
            Assert.True(transfer.Weights || RangeSet.Of([transfer.Range]).Except(held.State).Count == 0);
        }
    }

    private static void AssertMembersEndComplete(RecoveryPlan plan, StateShape shape)
    {
        if (plan.Start == StartFrom.Seed)
        {
            return;
        }

        var layout = new BucketPlan(
            shape.Length, shape.BucketsFor(plan.Members.Count), plan.Members.Count);
        for (var rank = 0; rank < plan.Members.Count; rank++)
        {
            var own = plan.Start == StartFrom.Members ? plan.Members[rank].At(plan.Cursor.Step) : null;
            var got = plan.Transfers.Where(transfer => transfer.To == rank).ToList();
            var weights = RangeSet.Of(got.Where(transfer => transfer.Weights).Select(transfer => transfer.Range));
            Assert.Equal(own is null ? shape.Length : 0, weights.Count);
            var states = got.Where(transfer => !transfer.Weights).Select(transfer => transfer.Range).ToList();
            var state = RangeSet.Of(states);
            Assert.Equal(state.Count, states.Sum(range => range.Count)); // nothing is sent twice
            if (shape.HasOptimizerState)
            {
                var ends = state.Union(own?.State ?? RangeSet.Empty);
                Assert.Equal(0, layout.Kept(rank).Except(ends).Count);
                Assert.Equal(0, state.Except(layout.Kept(rank)).Count);
            }
            else
            {
                Assert.Empty(states);
            }
        }
    }

    private static List<Candidate> RandomCandidates(Random random, StateShape shape)
    {
        var count = 1 + random.Next(6);
        var newest = 1 + random.Next(8);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var holdings = Enumerable.Range(0, 2).Where(_ => random.Next(5) > 0)
                .Select(back => new Holding(At(newest - back), RandomSet(random, shape))).ToList();
            return new Candidate(
                $"node-{index}", $"data-{index}", index == 0 || random.Next(4) > 0, new Standing(1, holdings, 0, []));
        })];
    }

    private static RangeSet RandomSet(Random random, StateShape shape) => random.Next(3) == 0
        ? RangeSet.All(shape.Length)
        : RangeSet.Of(Enumerable.Range(0, random.Next(4)).Select(_ =>
        {
            var offset = random.Next(shape.Length);
            return new FlatRange(offset, random.Next(shape.Length - offset + 1));
        }));

    private static bool[] Places(RangeSet set, StateShape shape)
    {
        var places = new bool[shape.Length];
        foreach (var range in set.Ranges)
        {
            places.AsSpan(range.Offset, range.Count).Fill(true);
        }

        return places;
    }

    private static Candidate Candidate(int index, params long[] steps) => new(
        $"node-{index}", $"data-{index}", true,
        new Standing(1, [.. steps.Select(step => new Holding(At(step), RangeSet.All(10)))], 0, []));

    private static JobCursor At(long step) => JobCursor.Start with { Step = step };
}
