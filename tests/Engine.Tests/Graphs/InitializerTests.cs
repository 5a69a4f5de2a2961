using Distributed.Engine.Graphs;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>Mean and variance of starting weights, for matrices and filters, and their bits.</summary>
public sealed class InitializerTests
{
    /// <summary>Initialiser, shape, and the variance that its source asks for.</summary>
    public static TheoryData<Initializer, int[], double> Variances => new()
    {
        { new UniformInitializer(-3, 3), [200, 300], 3 },
        { new NormalInitializer(0, 2), [200, 300], 4 },
        { new HeUniformInitializer(), [200, 300], 2.0 / 200 },
        { new HeUniformInitializer(Fan.Out), [200, 300], 2.0 / 300 },
        { new HeNormalInitializer(), [200, 300], 2.0 / 200 },
        { new HeNormalInitializer(Fan.Out), [200, 300], 2.0 / 300 },
        { new XavierUniformInitializer(), [200, 300], 2.0 / 500 },
        { new XavierNormalInitializer(), [200, 300], 2.0 / 500 },
        { new HeUniformInitializer(), [80, 40, 3, 5], 2.0 / (40 * 15) },
        { new HeNormalInitializer(Fan.Out), [80, 40, 3, 5], 2.0 / (80 * 15) },
        { new XavierNormalInitializer(), [80, 40, 3, 5], 2.0 / (120 * 15) },
    };

    [Theory]
    [MemberData(nameof(Variances))]
    public void Fill_HasTheVarianceOfItsSource_OverManyWeights(Initializer initializer, int[] sizes, double variance)
    {
        var values = Filled(initializer, sizes, seed: 3);
        Assert.InRange(values.Average() / Math.Sqrt(variance), -0.02, 0.02);
        Assert.InRange(values.Select(value => value * value).Average() / variance, 0.97, 1.03);
    }

    [Fact]
    public void FillNormal_HasNormalTails_OverManyWeights()
    {
        var values = Filled(new NormalInitializer(5, 0.5f), [100_000], seed: 9);
        Assert.InRange(values.Count(value => Math.Abs(value - 5) < 0.5) / 100_000.0, 0.678, 0.688);
        Assert.InRange(values.Count(value => Math.Abs(value - 5) < 1.0) / 100_000.0, 0.951, 0.958);
        Assert.InRange(values.Count(value => Math.Abs(value - 5) > 1.5) / 100_000.0, 0.0021, 0.0033);
    }

    [Fact]
    public void Fill_IsAFunctionOfThePlaceInTheBuffer_WhenAParameterIsFilledInParts()
    {
        var shape = TensorShape.Of(40);
        var (whole, parts) = (new float[40], new float[40]);
        var initializer = new HeNormalInitializer();
        initializer.Fill(5, shape, 100, whole);
        initializer.Fill(5, shape, 100, parts.AsSpan(0, 17));
        initializer.Fill(5, shape, 117, parts.AsSpan(17));
        Assert.Equal(whole, parts);
        initializer.Fill(6, shape, 100, parts);
        Assert.NotEqual(whole, parts);
    }

    private static double[] Filled(Initializer initializer, int[] sizes, ulong seed)
    {
        var shape = TensorShape.Of(sizes);
        var values = new float[shape.SampleLength];
        initializer.Fill(seed, shape, 12, values);
        return [.. values.Select(value => (double)value)];
    }
}
