using Distributed.Cluster.Messages;
using Distributed.Coordinator.Pace;

namespace Distributed.Coordinator.Tests.Pace;

public sealed class HoldupTests
{
    [Fact]
    public void Decide_NamesThoseWhoSayNothing() =>
        Assert.Equal([1], Holdup.Decide([0, 1], [At(0), At(1)], [At(0), null]).Ranks);

    [Fact]
    public void Decide_NamesNobody_WhileAnyoneMoves() =>
        Assert.Empty(Holdup.Decide([0, 1], [At(0), At(1)], [At(0), At(1, parts: 1)]).Ranks);

    [Fact]
    public void Decide_NamesWhoComputesWithoutGettingFurther() =>
        Assert.Equal([1], Holdup.Decide([0, 1], [At(0), At(1)], [At(0, waitsFor: 1), At(1, computes: true)]).Ranks);

    [Fact]
    public void Decide_NamesWhomMostWaitFor_WhenNobodyComputes() => Assert.Equal(
        [2], Holdup.Decide([0, 1, 2], [At(0), At(1), At(2)], [At(0, waitsFor: 2), At(1, waitsFor: 2), At(2, 0)]).Ranks);

    private static Position At(int rank, int waitsFor = -1, int parts = 0, bool computes = false) =>
        new(1, rank, 5, parts, computes, waitsFor < 0 ? [] : [waitsFor]);
}
