namespace Distributed.Engine.Randomness;

/// <summary>64 bits by which a sample of one epoch differs in chance from all others, as a graph's input.</summary>
/// <remarks>Each float is a whole number below 2²⁴, so that it is exact on every backend.</remarks>
internal static class SampleKey
{
    /// <summary>What graphs call the input.</summary>
    internal const string InputName = "sample-key";

    /// <summary>Floats per sample: 24, 24 and 16 bits.</summary>
    internal const int Floats = 3;

    private const int Bits = 24;
    private const ulong Mask = (1UL << Bits) - 1;

    internal static void Write(ulong key, Span<float> floats)
    {
        for (var i = 0; i < Floats; i++)
        {
            floats[i] = (key >> (i * Bits)) & Mask;
        }
    }

    internal static ulong Of(float low, float middle, float high) =>
        (ulong)low | (ulong)middle << Bits | (ulong)high << (2 * Bits);
}
