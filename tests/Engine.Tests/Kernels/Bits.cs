namespace Distributed.Engine.Tests.Kernels;

/// <summary>Equality of bits. Two NaNs are equal whatever their payload: processors differ in it.</summary>
internal static class Bits
{
    internal static bool Equal(float left, float right) =>
        BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right)
        || (float.IsNaN(left) && float.IsNaN(right));

    internal static void AssertEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string context)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!Equal(expected[i], actual[i]))
            {
                Assert.Fail($"{context}: [{i}] of {expected.Length} is {Show(actual[i])}, not {Show(expected[i])}");
            }
        }
    }

    internal static void AssertEqual(float expected, float actual, string context) =>
        AssertEqual([expected], [actual], context);

    private static string Show(float value) => $"{value:R} (0x{BitConverter.SingleToUInt32Bits(value):x8})";
}
