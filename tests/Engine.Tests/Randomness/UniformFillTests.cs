using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Tests.Randomness;

public sealed class UniformFillTests
{
    private const ulong Key = 0x299f31d0a4093822;

    // Block numbers around 2³² carry from the counter's first word into its second.
    [Theory]
    [InlineData(0UL, 0f, 1f)]
    [InlineData(0xFFFFFFF0UL, -0.5f, 0.25f)]
    [InlineData(0x123456789ABCDEFUL, 16777215f, 16777216f)]
    [InlineData(7UL, 3f, 3f)]
    public void Paths_EqualTheDefinition_ForEveryLength(ulong firstBlock, float low, float high)
    {
        AssertSame(default(IndexBlocks), firstBlock, low, high);
        AssertSame(new DrawBlocks(0x9876543210), firstBlock, low, high);
    }

    [Fact]
    public void Draws_FilledAtOnce_AreThoseOneByOne()
    {
        for (var before = 0; before < 9; before++)
        {
            for (var length = 0; length < 90; length++)
            {
                var (filled, oneByOne) = (new CounterRandom(3, RandomPurpose.Digits).Draws(7), default(RandomDraws));
                for (var i = 0; i < before; i++)
                {
                    filled.NextBits();
                }

                oneByOne = filled;
                var numbers = new float[length];
                filled.FillUniform(numbers);
                Assert.Equal(Enumerable.Range(0, length).Select(_ => oneByOne.NextUniform()), numbers);
                Assert.Equal(oneByOne.NextBits(), filled.NextBits());
            }
        }
    }

    private static void AssertSame<TCounters>(TCounters counters, ulong firstBlock, float low, float high)
        where TCounters : struct, IPhiloxCounters
    {
        for (var length = 0; length <= 256; length += 4)
        {
            var defined = new float[length];
            UniformFill.Definition(defined, Key, counters, firstBlock, low, high);
            AssertSame(defined, UniformFill.Run, counters, firstBlock, low, high);
            if (Avx2.IsSupported)
            {
                AssertSame(defined, UniformFill.Avx2Path, counters, firstBlock, low, high);
            }

            if (Avx512F.IsSupported)
            {
                AssertSame(defined, UniformFill.Avx512Path, counters, firstBlock, low, high);
            }
        }
    }

    private delegate void Path<TCounters>(
        Span<float> destination, ulong key, TCounters counters, ulong firstBlock, float low, float high);

    private static void AssertSame<TCounters>(
        float[] defined, Path<TCounters> path, TCounters counters, ulong firstBlock, float low, float high)
    {
        var filled = new float[defined.Length];
        path(filled, Key, counters, firstBlock, low, high);
        Assert.Equal(defined.Select(BitConverter.SingleToInt32Bits), filled.Select(BitConverter.SingleToInt32Bits));
    }
}
