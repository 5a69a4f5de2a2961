using Distributed.Engine.Randomness;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Randomness;

public sealed class CounterRandomTests
{
    private static readonly CounterRandom Numbers = new(42, RandomPurpose.Example, 3);

    // Part of every fingerprint: these values never change.
    [Fact]
    public void CounterRandom_KeepsItsNumbers_WhenReleased()
    {
        Assert.Equal(0xDA7FCBB2u, Numbers.Bits(0));
        Assert.Equal(0xA181A673u, Numbers.Bits(0x123456789ABCDEF));
        Assert.Equal(0.85351247f, Numbers.Uniform(0));
        Assert.Equal(0.5140696194400146, Numbers.UniformDouble(1));
        var draws = Numbers.Draws(7);
        Assert.Equal(0x2A7E9835u, draws.NextBits());
    }

    [Fact]
    public void CounterRandom_RefusesPurposeNone() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CounterRandom(1, RandomPurpose.None));

    [Fact]
    public void CounterRandom_Differs_WhenSeedPurposeStreamOrIndexDiffer()
    {
        CounterRandom[] sources =
        [
            new(1, RandomPurpose.Initialise, 0), new(2, RandomPurpose.Initialise, 0), new(1, RandomPurpose.Shuffle, 0),
            new(1, RandomPurpose.Initialise, 1), new(1, RandomPurpose.Initialise, 1UL << 32),
            new(1UL << 32, RandomPurpose.Initialise, 0),
        ];
        var blocks = sources.SelectMany(source => new[] { source.Block(0), source.Block(1), source.Block(1UL << 32) });
        Assert.Equal(sources.Length * 3, blocks.Distinct().Count());
        Assert.Equal(sources.Length, sources.Select(source => source.Draws(0).Peek()).Distinct().Count());
        Assert.NotEqual(sources[0].Block(0).W0, sources[0].Draws(0).Peek());
    }

    [Fact]
    public void Bits_AreTheWordsOfBlocks_WhenReadInOrder()
    {
        for (ulong block = 0; block < 9; block++)
        {
            var bits = (Numbers.Bits(4 * block), Numbers.Bits(4 * block + 1), Numbers.Bits(4 * block + 2),
                Numbers.Bits(4 * block + 3));
            Assert.Equal(Numbers.Block(block), bits);
        }
    }

    [Fact]
    public void FillUniform_EqualsUniform_ForEveryLengthAndOffset()
    {
        for (var length = 0; length <= 37; length++)
        {
            for (ulong first = 0; first < 5; first++)
            {
                var filled = new float[length];
                Numbers.FillUniform(filled, first, -0.5f, 2f);
                for (var i = 0; i < length; i++)
                {
                    Assert.Equal(Numbers.Uniform(first + (ulong)i, -0.5f, 2f), filled[i]);
                }
            }
        }
    }

    [Fact]
    public void Uniform_StaysInRange_ForAnyIndex() =>
        Check.QuickThrowOnFailure(Prop.ForAll<ulong>(index => Numbers.Uniform(index) is >= 0f and < 1f
            && Numbers.UniformDouble(index) is >= 0d and < 1d
            && Numbers.Uniform(index, 1f, MathF.BitIncrement(1f)) == 1f
            && Numbers.Uniform(index, -3f, 5f) is >= -3f and < 5f));

    [Fact]
    public void Uniform_StaysBelowOne_WhenAllBitsAreSet()
    {
        Assert.Equal(1f - CounterRandom.UniformStep, CounterRandom.ToUniform(uint.MaxValue));
        Assert.Equal(1d - CounterRandom.UniformDoubleStep, CounterRandom.ToUniformDouble(uint.MaxValue, uint.MaxValue));
        Assert.True(CounterRandom.Between(CounterRandom.ToUniform(uint.MaxValue), 16777215f, 16777216f) < 16777216f);
    }

    // 100,000 numbers in 100 equal bins; with 99 degrees of freedom chi-squared exceeds 170 once in 10⁵ generators.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Numbers_FillBinsEvenly_HoweverTheyAreDrawn(int kind)
    {
        var counts = new long[100];
        var draws = Numbers.Draws(1);
        for (ulong i = 0; i < 100_000; i++)
        {
            var bin = kind switch
            {
                0 => (int)(Numbers.Uniform(i) * 100f),
                1 => (int)(Numbers.UniformDouble(i) * 100d),
                _ => draws.NextBelow(100),
            };
            counts[bin]++;
        }
        Assert.InRange(ChiSquared.Of(counts), 40, 170);
    }

    [Fact]
    public void Draws_RepeatThemselves_WhenTheIndexIsTheSame()
    {
        var first = Numbers.Draws(5);
        var second = Numbers.Draws(5);
        var other = Numbers.Draws(6);
        var seen = new HashSet<uint>();
        for (var i = 0; i < 1000; i++)
        {
            var bits = first.NextBits();
            Assert.Equal(bits, second.NextBits());
            seen.Add(bits);
            seen.Add(other.NextBits());
        }
        Assert.InRange(seen.Count, 1998, 2000);
    }

    [Fact]
    public void NextBelow_RefusesCountsThatAreNotPositive()
    {
        var draws = Numbers.Draws(0);
        Assert.Equal(0, draws.NextBelow(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Numbers.Draws(0).NextBelow(0));
    }
}

internal static class ChiSquared
{
    /// <summary>Pearson's statistic of counts against equal expectation.</summary>
    internal static double Of(IReadOnlyCollection<long> counts)
    {
        var expected = counts.Sum() / (double)counts.Count;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }
}

internal static class DrawsForTests
{
    /// <summary>The next draw of a copy.</summary>
    internal static uint Peek(this RandomDraws draws) => draws.NextBits();
}
