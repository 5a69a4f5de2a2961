using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Cluster.Tests;

/// <summary>Sets of places against arrays of booleans.</summary>
public sealed class RangeSetTests
{
    private const int Length = 40;

    [Fact]
    public void Operations_AgreeWithAnArrayOfBooleans_WhateverTheRanges() =>
        Prop.ForAll<(byte, byte)[], (byte, byte)[]>((left, right) =>
        {
            var (ranges, others) = (Ranges(left), Ranges(right));
            var (a, b) = (RangeSet.Of(ranges), RangeSet.Of(others));
            var (x, y) = (Places(ranges), Places(others));
            AssertHolds(x, a);
            AssertHolds(x.Zip(y, (one, two) => one || two), a.Union(b));
            AssertHolds(x.Zip(y, (one, two) => one && !two), a.Except(b));
            AssertHolds(x.Zip(y, (one, two) => one && two), a.Intersect(b));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_MergesRangesThatTouch_AndDropsEmptyOnes()
    {
        var set = RangeSet.Of([new(10, 5), new(3, 0), new(0, 4), new(4, 6), new(20, 1)]);
        Assert.Equal([new FlatRange(0, 15), new FlatRange(20, 1)], set.Ranges);
        Assert.Equal("0+15,20+1", set.ToString());
        Assert.Equal(16, set.Count);
    }

    [Fact]
    public void All_HoldsTheWholeBuffer_AndEmptyNothing()
    {
        Assert.Equal([new FlatRange(0, 7)], RangeSet.All(7).Ranges);
        Assert.Empty(RangeSet.All(0).Ranges);
        Assert.Equal(0, RangeSet.Empty.Count);
        Assert.Equal("", RangeSet.Empty.ToString());
    }

    [Fact]
    public void Overlap_IsWhatBothHave_WhateverTheRanges() => Prop.ForAll<(byte, byte), (byte, byte)>((left, right) =>
    {
        var (a, b) = (Ranges([left])[0], Ranges([right])[0]);
        var shared = a.Overlap(b);
        Assert.Equal(
            Places([a]).Zip(Places([b]), (one, two) => one && two), Places([shared]));
        Assert.Equal(shared.Count, b.Overlap(a).Count);
        Assert.InRange(shared.Count, 0, Math.Min(a.Count, b.Count));
    }).QuickCheckThrowOnFailure();

    private static FlatRange[] Ranges((byte, byte)[] pairs) => [.. pairs.Select(pair =>
    {
        var offset = pair.Item1 % Length;
        return new FlatRange(offset, pair.Item2 % 7 % (Length - offset + 1));
    })];

    private static bool[] Places(IReadOnlyList<FlatRange> ranges)
    {
        var places = new bool[Length];
        foreach (var range in ranges)
        {
            places.AsSpan(range.Offset, range.Count).Fill(true);
        }

        return places;
    }

    private static void AssertHolds(IEnumerable<bool> expected, RangeSet actual)
    {
        var places = expected.ToArray();
        Assert.Equal(places, Places(actual.Ranges));
        Assert.Equal(places.Count(place => place), actual.Count);
        Assert.All(actual.Ranges, range => Assert.True(range.Count > 0));
        Assert.All(
            actual.Ranges.Zip(actual.Ranges.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Offset));
    }
}
