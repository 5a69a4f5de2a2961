using Distributed.Cluster;
using Distributed.Coordinator.Pace;

namespace Distributed.Coordinator.Tests.Pace;

public sealed class ShardPlanTests
{
    [Theory]
    [InlineData(new double[] { 3, 3, 1 }, new[] { 6, 5, 5 }, 16, new[] { 7, 7, 2 })]
    [InlineData(new double[] { 1, 1, 1, 1 }, new[] { 5, 5, 5, 1 }, 16, new[] { 4, 4, 4, 4 })]
    [InlineData(new double[] { 1, 1, 1, 0.001 }, new[] { 4, 4, 4, 4 }, 16, new[] { 5, 5, 5, 1 })]
    [InlineData(new double[] { 1, 1, 1, 0.95 }, new[] { 16, 16, 16, 16 }, 64, new[] { 16, 16, 16, 16 })]
    public void Decide_DealsBySpeed_WhereThatIsWorthIt(double[] speeds, int[] present, int microbatches, int[] expected)
    {
        var plan = ShardPlan.Decide([.. speeds.Select(speed => (double?)speed)], present, microbatches);
        Assert.Equal(expected, plan.Counts);
        Assert.Equal(expected, ShardPlan.CountsOf(plan.Sharding, microbatches));
        Assert.NotEmpty(plan.Reason);
    }

    [Fact]
    public void Decide_TakesTheMedian_WhereASpeedIsUnknown()
    {
        var plan = ShardPlan.Decide([2, null, 2, 0.5], [8, 8, 8, 8], 32);
        Assert.Equal(ShardPlan.Decide([2, 2, 2, 0.5], [8, 8, 8, 8], 32).Counts, plan.Counts);
        Assert.Equal([8, 8, 8, 8], ShardPlan.Decide([null, null, null, null], [8, 8, 8, 8], 32).Counts);
    }

    /// <summary>Against all dealings of small numbers, by brute force; seeds of the draws are 1 to 300.</summary>
    [Fact]
    public void Decide_EndsAsEarlyAsAnyDealing_WhateverTheSpeeds()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var speeds = Enumerable.Range(0, 2 + random.Next(3)).Select(_ => 0.1 + random.NextDouble()).ToList();
            var microbatches = speeds.Count + random.Next(10);
            int[] worst = [microbatches, .. new int[speeds.Count - 1]];
            speeds[0] = 1e-6; // so that the present shards are never good enough
            var counts = ShardPlan.Decide([.. speeds.Select(speed => (double?)speed)], worst, microbatches).Counts;
            Assert.Equal(microbatches, counts.Sum());
            Assert.All(counts, count => Assert.InRange(count, 1, microbatches));
            var least = Dealings(microbatches, speeds.Count).Min(dealing => ShardPlan.Time(dealing, speeds));
            Assert.True(ShardPlan.Time(counts, speeds) <= least * 1.0001, $"seed {seed}");
        }
    }

    [Fact]
    public void Decide_CutsAtNodesOfTheTree_WhereThatDelaysNobody() =>
        Assert.Equal([8, 4, 4], ShardPlan.Decide([2.3, 1, 1], [1, 1, 14], 16).Counts);

    /// <summary>7 and 9 of 16 come in three pieces and two, 8 and 8 in one each, 12 and 4 in two and one.</summary>
    [Theory]
    [InlineData(1.3, 0, new[] { 7, 9 })]
    [InlineData(1.3, 0.7, new[] { 8, 8 })]
    [InlineData(0.33, 0.7, new[] { 12, 4 })]
    public void Decide_WeighsPiecesAgainstEvenEnds(double speed, double perPiece, int[] expected) =>
        Assert.Equal(expected, ShardPlan.Decide([1, speed], [8, 8], 16, perPiece).Counts);

    /// <summary>Seeds of the draws are 1 to 300.</summary>
    [Fact]
    public void Decide_DealsEveryMicrobatchOnce_WhateverPiecesCost()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var speeds = Enumerable.Range(0, 1 + random.Next(9)).Select(_ => (double?)(0.1 + random.NextDouble()));
            var present = ShardPlan.CountsOf(Sharding.Equal(1 + random.Next(9)), 40);
            var counts = ShardPlan.Decide([.. speeds.Take(present.Count)], present, 40, random.NextDouble()).Counts;
            Assert.Equal(40, counts.Sum());
            Assert.All(counts, count => Assert.InRange(count, 1, 40));
        }
    }

    /// <summary>Equal workers whose measurements are off by up to 20 %: 1,000 leases, seeds 1 to 20.</summary>
    [Theory]
    [InlineData(4, 64)]
    [InlineData(4, 16)]
    [InlineData(2, 32)]
    [InlineData(8, 64)]
    public void Shards_WanderRarely_WhereDifferencesAreNoise(int workers, int microbatches)
    {
        var changes = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var speeds = new WorkerSpeeds();
            var present = ShardPlan.CountsOf(Sharding.Equal(workers), microbatches);
            for (var lease = 0; lease < 1000; lease++)
            {
                for (var rank = 0; rank < workers; rank++)
                {
                    var seconds = present[rank] * (0.8 + (0.4 * random.NextDouble()));
                    speeds.Add($"{rank}", new(TimeSpan.FromSeconds(seconds), default, present[rank] * 16));
                }

                var plan = ShardPlan.Decide(
                    [.. Enumerable.Range(0, workers).Select(rank => speeds.Of($"{rank}"))], present, microbatches);
                changes += plan.Counts.SequenceEqual(present) ? 0 : 1;
                present = plan.Counts;
            }
        }

        Assert.InRange(changes, 0, 20 * 1000 / 50);
    }

    private static IEnumerable<int[]> Dealings(int microbatches, int workers) => workers == 1
        ? [[microbatches]]
        : Enumerable.Range(1, microbatches - workers + 1).SelectMany(
            first => Dealings(microbatches - first, workers - 1).Select(rest => (int[])[first, .. rest]));
}
