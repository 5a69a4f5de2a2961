using System.Numerics;
using Distributed.Engine.Transforms;

namespace Distributed.Engine.Tests.Transforms;

/// <summary>The fast transform against the sum that defines it, and convolution against its own sum.</summary>
public sealed class FourierTests
{
    [Fact]
    public void Forward_EqualsTheDefinition_AtEveryLength()
    {
        foreach (var n in Enumerable.Range(0, 70).Concat([97, 128, 210, 243]))
        {
            var x = Draw(n, seed: n);
            AssertNear(Definition(x), Fourier.Forward(x), $"length {n}");
            AssertNear(x, Fourier.Inverse(Fourier.Forward(x)), $"there and back, length {n}");
        }
    }

    [Fact]
    public void RealTransform_IsHalfOfTheComplexOne()
    {
        foreach (var n in new[] { 0, 1, 2, 5, 8, 31, 100 })
        {
            double[] x = [.. Draw(n, n).Select(value => value.Real)];
            var whole = Fourier.Forward([.. x.Select(value => new Complex(value, 0))]);
            var half = Fourier.ForwardReal(x);
            AssertNear(whole[..half.Length], half, $"length {n}");
            var back = Fourier.InverseReal(half, n);
            AssertNear([.. x.Select(value => new Complex(value, 0))], [.. back.Select(v => new Complex(v, 0))], "back");
        }

        Assert.Throws<ArgumentException>(() => Fourier.InverseReal(new Complex[3], 6));
    }

    [Fact]
    public void TwoDimensions_AreTransformedOneAfterTheOther()
    {
        var x = new Complex[3, 5];
        var flat = Draw(15, 7);
        for (var i = 0; i < 15; i++)
        {
            x[i / 5, i % 5] = flat[i];
        }

        var spectrum = Fourier.Forward(x);
        for (var (k, l) = (0, 0); k < 3; (k, l) = l == 4 ? (k + 1, 0) : (k, l + 1))
        {
            var sum = Complex.Zero;
            for (var i = 0; i < 15; i++)
            {
                var turns = ((double)(k * (i / 5)) / 3) + ((double)(l * (i % 5)) / 5);
                sum += flat[i] * Complex.Exp(new Complex(0, -2 * Math.PI * turns));
            }

            Assert.Equal(0, (sum - spectrum[k, l]).Magnitude, 1e-12);
            Assert.Equal(0, (Fourier.Inverse(spectrum)[k, l] - x[k, l]).Magnitude, 1e-12);
        }
    }

    [Fact]
    public void Convolution_EqualsItsSum_InOneDimension()
    {
        foreach (var (n, m) in new[] { (0, 3), (1, 1), (4, 3), (17, 9), (100, 31) })
        {
            double[] x = [.. Draw(n, n).Select(value => value.Real)];
            double[] y = [.. Draw(m, m + 50).Select(value => value.Real)];
            var z = new double[n == 0 ? 0 : n + m - 1];
            for (var i = 0; i < n * m; i++)
            {
                z[(i / m) + (i % m)] += x[i / m] * y[i % m];
            }

            var fast = FourierConvolution.Convolve(x, y);
            Assert.Equal(z.Length, fast.Length);
            Assert.All(z.Zip(fast), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        }
    }

    [Fact]
    public void Convolution_EqualsItsSum_InTwoDimensions()
    {
        var (x, y) = (new double[6, 7], new double[3, 2]);
        var expected = new double[8, 8];
        var random = new Random(3);
        for (var i = 0; i < 42; i++)
        {
            x[i / 7, i % 7] = random.NextDouble();
            y[i % 3, i % 2] = random.NextDouble();
        }

        for (var i = 0; i < 42 * 6; i++)
        {
            var (r, c, p, q) = (i / 42, i / 6 % 7, i / 2 % 3, i % 2);
            expected[r + p, c + q] += x[r, c] * y[p, q];
        }

        var fast = FourierConvolution.Convolve(x, y);
        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(expected[i / 8, i % 8], fast[i / 8, i % 8], 1e-12);
        }
    }

    private static Complex[] Definition(Complex[] x) => [.. Enumerable.Range(0, x.Length).Select(k =>
        x.Select((value, j) => value * Complex.Exp(new Complex(0, -2 * Math.PI * (j * k % x.Length) / x.Length)))
            .Aggregate(Complex.Zero, (sum, term) => sum + term))];

    private static Complex[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count)
            .Select(_ => new Complex((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1))];
    }

    private static void AssertNear(Complex[] expected, Complex[] actual, string context)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                (expected[i] - actual[i]).Magnitude < 1e-11, $"{context}: [{i}] {actual[i]}, not {expected[i]}");
        }
    }
}
