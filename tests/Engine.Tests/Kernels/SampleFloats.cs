namespace Distributed.Engine.Tests.Kernels;

/// <summary>Inputs for kernels: seeded, of mixed magnitude, with or without the special values.</summary>
internal static class SampleFloats
{
    internal static readonly float[] Specials =
    [
        0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon,
        1.17549435e-38f, -1.17549435e-38f, 1.1754942e-38f, float.MaxValue, float.MinValue, 0.625f, 88.7f, -103.9f,
        16777216f, 1.5f, 3e-20f,
    ];

    /// <summary>Between −8 and 8, a few of them scaled down so that additions round.</summary>
    internal static float[] Ordinary(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var scale = random.Next(4) == 0 ? 1e-3f : 1f;
            values[i] = ((random.NextSingle() * 16) - 8) * scale;
        }

        return values;
    }

    /// <summary>Ordinary values with about one special in five.</summary>
    internal static float[] WithSpecials(int count, int seed)
    {
        var random = new Random(seed);
        var values = Ordinary(count, seed + 1);
        for (var i = 0; i < count; i++)
        {
            if (random.Next(5) == 0)
            {
                values[i] = Specials[random.Next(Specials.Length)];
            }
        }

        return values;
    }
}
