using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator.Tests.Membership;

public sealed class ReachabilityTests
{
    [Fact]
    public void Expel_LeavesNoBrokenPair_AndSparesWhoIsInNone()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var complaints = Enumerable.Range(0, random.Next(8)).Select(_ => (random.Next(7), random.Next(7)))
                .Where(pair => pair.Item1 != pair.Item2).ToList();
            var expelled = Reachability.Expel(complaints);
            Assert.True(
                complaints.TrueForAll(pair => expelled.Contains(pair.Item1) || expelled.Contains(pair.Item2)),
                $"seed {seed}");
            Assert.All(
                expelled, rank => Assert.Contains(complaints, pair => pair.Item1 == rank || pair.Item2 == rank));
            Assert.Equal(expelled.Distinct(), expelled);
            var shuffled = complaints.OrderBy(_ => random.Next()).Select(pair => (pair.Item2, pair.Item1));
            Assert.Equal(expelled, Reachability.Expel(shuffled));
        }
    }

    [Fact]
    public void Expel_TakesTheOneWhomMostMiss_AndOfEqualsTheHighestRank()
    {
        Assert.Equal([1], Reachability.Expel([(0, 1), (2, 1), (3, 1)]));
        Assert.Equal([2], Reachability.Expel([(1, 2), (2, 1)]));
        Assert.Equal([3, 1], Reachability.Expel([(0, 1), (2, 3)]));
        Assert.Empty(Reachability.Expel([]));
    }
}
