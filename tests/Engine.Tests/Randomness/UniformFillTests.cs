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
        for (var length = 0; length <= 256; length += 4)
        {
            var defined = new float[length];
            UniformFill.Definition(defined, Key, firstBlock, low, high);
            AssertSame(defined, UniformFill.Run, firstBlock, low, high);
            if (Avx2.IsSupported)
            {
                AssertSame(defined, UniformFill.Avx2Path, firstBlock, low, high);
            }

            if (Avx512F.IsSupported)
            {
                AssertSame(defined, UniformFill.Avx512Path, firstBlock, low, high);
            }
        }
    }

    private delegate void Path(Span<float> destination, ulong key, ulong firstBlock, float low, float high);

    private static void AssertSame(float[] defined, Path path, ulong firstBlock, float low, float high)
    {
        var filled = new float[defined.Length];
        path(filled, Key, firstBlock, low, high);
        Assert.Equal(defined.Select(BitConverter.SingleToInt32Bits), filled.Select(BitConverter.SingleToInt32Bits));
    }
}
