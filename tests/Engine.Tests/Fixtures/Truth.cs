namespace Distributed.Engine.Tests.Fixtures;

/// <summary>Numbers that another implementation made, by name; the scripts in this folder wrote them.</summary>
internal sealed class Truth(string file)
{
    private readonly Dictionary<string, double[]> _values = File
        .ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", file))
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => parts[1..].Select(double.Parse).ToArray(), StringComparer.Ordinal);

    internal IEnumerable<string> Names => _values.Keys;

    internal double[] this[string name] => _values[name];

    /// <summary>What goes in, as the scripts make it.</summary>
    internal static float[] Values(int count, int salt, double scale = 1, double shift = 0) =>
        [.. Enumerable.Range(0, count).Select(
            i => (float)((((((i * 37) + (salt * 101)) % 64) - 31.5) / 40 * scale) + shift))];

    /// <summary>Every value within the bound, which is relative where the true one is above 1.</summary>
    internal void AssertClose(string name, ReadOnlySpan<float> actual, double bound)
    {
        var expected = _values[name];
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= bound * Math.Max(1, Math.Abs(expected[i])),
                $"{name}[{i}]: {actual[i]:R}, not {expected[i]:R}");
        }
    }
}
