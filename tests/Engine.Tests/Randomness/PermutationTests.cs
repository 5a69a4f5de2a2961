using Distributed.Engine.Randomness;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Randomness;

public sealed class PermutationTests
{
    [Fact]
    public void Permutation_IsABijection_ForEverySmallCount()
    {
        for (var count = 0; count <= 300; count++)
        {
            AssertBijection(new Permutation(count, 7, RandomPurpose.Shuffle, (ulong)count));
        }
    }

    [Fact]
    public void Permutation_IsABijection_ForAnyCountSeedAndEpoch() =>
        Check.QuickThrowOnFailure(Prop.ForAll<ushort, ulong, ulong>((count, seed, epoch) =>
            AssertBijection(new Permutation(count, seed, RandomPurpose.Shuffle, epoch))));

    [Theory]
    [InlineData((1L << 20) - 1)]
    [InlineData(1L << 20)]
    [InlineData((1L << 20) + 1)]
    public void Permutation_IsABijection_AroundAPowerOfTwo(long count) =>
        AssertBijection(new Permutation(count, 1, RandomPurpose.Shuffle));

    [Theory]
    [InlineData(Permutation.CountMax)]
    [InlineData(Permutation.CountMax - 1)]
    [InlineData((1L << 39) + 1)]
    public void Permutation_StaysInsideWithoutRepeats_WhenCountIsHuge(long count)
    {
        var order = new Permutation(count, 5, RandomPurpose.Shuffle);
        var seen = new HashSet<long>();
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(seen.Add(order[i]));
            Assert.True(seen.Add(order[count - 1 - i]));
        }
        Assert.All(seen, element => Assert.InRange(element, 0, count - 1));
        Assert.InRange(seen.Average() / count, 0.45, 0.55);
    }

    [Fact]
    public void Permutation_RefusesWhatIsOutside()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Permutation(-1, 0, RandomPurpose.Shuffle));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Permutation(Permutation.CountMax + 1, 0, RandomPurpose.Shuffle));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Permutation(0, 0, RandomPurpose.Shuffle)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Permutation(3, 0, RandomPurpose.Shuffle)[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Permutation(3, 0, RandomPurpose.Shuffle)[-1]);
    }

    // Part of every fingerprint: this order never changes.
    [Fact]
    public void Permutation_KeepsItsOrder_WhenReleased()
    {
        var order = new Permutation(10, 42, RandomPurpose.Shuffle, 1);
        Assert.Equal("8 6 2 7 9 5 1 0 4 3", string.Join(' ', Enumerable.Range(0, 10).Select(i => order[i])));
    }

    // Two independent shuffles of 10,000 agree at about one position; ten would be a sign of kinship.
    [Fact]
    public void Permutation_Differs_WhenEpochSeedOrPurposeDiffer()
    {
        Permutation[] orders =
        [
            new(10_000, 1, RandomPurpose.Shuffle, 0), new(10_000, 1, RandomPurpose.Shuffle, 1),
            new(10_000, 2, RandomPurpose.Shuffle, 0), new(10_000, 1, RandomPurpose.Holdout, 0),
        ];
        for (var a = 0; a < orders.Length; a++)
        {
            for (var b = 0; b < a; b++)
            {
                Assert.InRange(Enumerable.Range(0, 10_000).Count(i => orders[a][i] == orders[b][i]), 0, 10);
            }
        }
    }

    // Where element i lands over many epochs must be even: (count − 1)² degrees of freedom, five deviations allowed.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(40)]
    public void Permutation_PutsEveryElementEverywhere_OverManyEpochs(int count)
    {
        var landings = new long[count * count];
        for (ulong epoch = 0; epoch < 10_000; epoch++)
        {
            var order = new Permutation(count, 11, RandomPurpose.Shuffle, epoch);
            for (var i = 0; i < count; i++)
            {
                landings[i * count + order[i]]++;
            }
        }
        var freedom = (count - 1d) * (count - 1d);
        Assert.InRange(ChiSquared.Of(landings), 0, freedom + 5 * Math.Sqrt(2 * freedom));
    }

    // Which two elements stand side by side, and which differences occur within one large shuffle.
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    public void Permutation_MakesEveryPairNeighbours_OverManyEpochs(int count)
    {
        var pairs = new long[count * count];
        for (ulong epoch = 0; epoch < 20_000; epoch++)
        {
            var order = new Permutation(count, 12, RandomPurpose.Shuffle, epoch);
            for (var i = 0; i + 1 < count; i++)
            {
                pairs[order[i] * count + order[i + 1]]++;
            }
        }
        var distinct = pairs.Where((_, pair) => pair / count != pair % count).ToArray();
        Assert.Equal(pairs.Sum(), distinct.Sum());
        var freedom = distinct.Length - 1d;
        Assert.InRange(ChiSquared.Of(distinct), 0, freedom + 6 * Math.Sqrt(2 * freedom));
    }

    [Fact]
    public void Permutation_LeavesNoPatternBetweenNeighbours_WhenCountIsLarge()
    {
        const int Count = 200_000;
        var order = new Permutation(Count, 3, RandomPurpose.Shuffle);
        var cells = new long[20 * 20];
        for (var i = 0; i + 1 < Count; i++)
        {
            cells[order[i] * 20 / Count * 20 + order[i + 1] * 20 / Count]++;
        }

        Assert.InRange(ChiSquared.Of(cells), 250, 399 + 5 * Math.Sqrt(2 * 399));
    }

    private static void AssertBijection(Permutation order)
    {
        var seen = new bool[order.Count];
        for (long i = 0; i < order.Count; i++)
        {
            var element = order[i];
            Assert.False(seen[element], $"count {order.Count}: element {element} comes twice");
            seen[element] = true;
        }
    }
}
