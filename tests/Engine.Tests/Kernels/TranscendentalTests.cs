using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels;

/// <summary>
/// exp, log, tanh and sigmoid over a dense sample of all 2³² bit patterns: every width against the scalar definition
/// in bits, the definition against the double-precision library in units of the last place.
/// </summary>
public sealed unsafe class TranscendentalTests
{
    private static readonly float[] Patterns = Sample();

    [Fact]
    public void Exp_IsTheSameOnEveryWidth_AndWithinItsBound() => Check(default(Exp), Math.Exp, ulpsMax: 0.94);

    [Fact]
    public void Log_IsTheSameOnEveryWidth_AndWithinItsBound() => Check(default(Log), Math.Log, ulpsMax: 0.86);

    [Fact]
    public void Tanh_IsTheSameOnEveryWidth_AndWithinItsBound() => Check(default(Tanh), Math.Tanh, ulpsMax: 1.38);

    [Fact]
    public void Sigmoid_IsTheSameOnEveryWidth_AndWithinItsBound() =>
        Check(default(Sigmoid), x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), ulpsMax: 2.41);

    [Fact]
    public void Erf_IsTheSameOnEveryWidth_AndWithinItsBound() =>
        Check(default(Erf), DoubleArithmetic.Erf, ulpsMax: 1.2);

    [Fact]
    public void Softplus_IsTheSameOnEveryWidth_AndWithinItsBound() =>
        Check(default(Softplus), DoubleArithmetic.Softplus, ulpsMax: 2.4);

    [Fact]
    public void Power_IsTheSameOnEveryWidth_AndWithinItsBound()
    {
        foreach (var exponent in new[] { 0.5f, -1f, 2f, 3f, -2.5f, 0f, 17f })
        {
            var isWhole = exponent == MathF.Round(exponent);
            double Exact(double x) => x < 0 && !isWhole ? double.NaN : Math.Pow(x == 0 ? 0 : x, exponent);
            Check(new Power(exponent), Exact, ulpsMax: 240);
        }
    }

    [Fact]
    public void ErfInDouble_EqualsTabulatedValues()
    {
        // Abramowitz and Stegun 1964, table 7.1, and beyond its end the asymptotic complement.
        Assert.Equal(0.1124629160, DoubleArithmetic.Erf(0.1), 1e-10);
        Assert.Equal(0.5204998778, DoubleArithmetic.Erf(0.5), 1e-10);
        Assert.Equal(0.8427007929, DoubleArithmetic.Erf(1), 1e-10);
        Assert.Equal(-0.9953222650, DoubleArithmetic.Erf(-2), 1e-10);
        Assert.Equal(DoubleArithmetic.Erf(2.9999999), DoubleArithmetic.Erf(3), 1e-10);
        Assert.Equal(1 - 2.20904970e-5, DoubleArithmetic.Erf(3), 1e-12);
        Assert.Equal(1 - 1.541725790e-8, DoubleArithmetic.Erf(4), 1e-16);
    }

    [Fact]
    public void SpecialValues_AreTheMathematicalOnes()
    {
        const float Infinity = float.PositiveInfinity;
        Bits.AssertEqual([1f, 1f, Infinity, 0f, float.NaN, Infinity, 0f], Of(default(Exp),
            [0f, -0f, Infinity, -Infinity, float.NaN, 88.73f, -104f]), "exp");
        Bits.AssertEqual([0f, -Infinity, -Infinity, Infinity, float.NaN, float.NaN, float.NaN], Of(default(Log),
            [1f, 0f, -0f, Infinity, float.NaN, -1f, -Infinity]), "log");
        Bits.AssertEqual([0f, -0f, 1f, -1f, float.NaN, float.Epsilon, -float.Epsilon], Of(default(Tanh),
            [0f, -0f, Infinity, -Infinity, float.NaN, float.Epsilon, -float.Epsilon]), "tanh");
        Bits.AssertEqual([0f, -0f, 1f, -1f, float.NaN, 1f], Of(default(Erf),
            [0f, -0f, Infinity, -Infinity, float.NaN, 4f]), "erf");
        Bits.AssertEqual([Infinity, 0f, float.NaN, 100f, 0f], Of(default(Softplus),
            [Infinity, -Infinity, float.NaN, 100f, -200f]), "softplus");
        Bits.AssertEqual([0f, 0f, Infinity, float.NaN, -8f, float.NaN], Of(new Power(3),
            [0f, -0f, Infinity, float.NaN, (float)-2, float.NaN]), "power");
        Bits.AssertEqual([float.NaN, Infinity, 1f], [.. Of(new Power(-0.5f), [-2f, 0f]), .. Of(new Power(0),
            [float.NaN])], "power of a fraction");
        Bits.AssertEqual([0.5f, 0.5f, 1f, 0f, float.NaN, 1f], Of(default(Sigmoid),
            [0f, -0f, Infinity, -Infinity, float.NaN, 100f]), "sigmoid");
    }

    [Fact]
    public void Exp_RoundsCorrectly_AtItsBorders()
    {
        // The largest argument with a finite result, the smallest with a normal and with a non-zero one.
        Bits.AssertEqual([(float)Math.Exp(88.72283f), float.PositiveInfinity], Of(default(Exp),
            [88.72283f, MathF.BitIncrement(88.72284f)]), "overflow");
        Bits.AssertEqual([(float)Math.Exp(-87.4f), float.Epsilon, 0f], Of(default(Exp),
            [-87.4f, -103.9f, -103.98f]), "underflow");
    }

    private static void Check<TOperator>(TOperator op, Func<double, double> exact, double ulpsMax)
        where TOperator : struct, IUnaryOperator
    {
        var x = new GuardedFloats(Patterns);
        var definition = new GuardedFloats(Patterns.Length, 0);
        EveryPath.Run(KernelPath.Definition, new Call<TOperator>(op, x, definition));
        foreach (var path in EveryPath.Wide)
        {
            var wide = new GuardedFloats(Patterns.Length, 0);
            EveryPath.Run(path, new Call<TOperator>(op, x, wide));
            Bits.AssertEqual(definition.Span, wide.Span, $"{typeof(TOperator).Name} on {path}");
        }

        for (var i = 0; i < Patterns.Length; i++)
        {
            var ulps = UlpsBetween(definition.Span[i], exact(Patterns[i]));
            Assert.True(ulps <= ulpsMax, $"{typeof(TOperator).Name}({Patterns[i]:R}) is off by {ulps:F3} ulp");
        }
    }

    /// <summary>The distance in last places of the exact value's float; infinite where one is special alone.</summary>
    private static double UlpsBetween(float actual, double exact)
    {
        var rounded = (float)exact;
        if (float.IsNaN(rounded) || float.IsInfinity(rounded) || !float.IsFinite(actual))
        {
            return Bits.Equal(rounded, actual) ? 0 : double.PositiveInfinity;
        }

        var exponent = Math.Max(rounded == 0 ? -126 : Math.ILogB(rounded), -126);
        return Math.Abs(actual - exact) / Math.ScaleB(1, exponent - 23);
    }

    private static float[] Of<TOperator>(TOperator op, float[] x)
        where TOperator : struct, IUnaryOperator => Array.ConvertAll(x, op.Apply<ScalarLanes, float>);

    private static float[] Sample()
    {
        var stride = EveryPath.IsSlow ? 99_991u : 9_973u;
        var patterns = new List<float>(SampleFloats.Specials);
        for (ulong bits = 0; bits <= uint.MaxValue; bits += stride)
        {
            patterns.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        // Where the formulas change pieces, and where results leave the normal floats.
        float[] edges = [0.625f, 0.34657359f, 0.70710678f, 1f, 1.41421356f, 88.722839f, 87.336545f, 103.97f];
        foreach (var edge in edges)
        {
            for (var steps = -50; steps <= 50; steps++)
            {
                var near = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(edge) + steps);
                patterns.Add(near);
                patterns.Add(-near);
            }
        }

        return patterns.ToArray();
    }

    private sealed record Call<TOperator>(TOperator Op, GuardedFloats X, GuardedFloats Y) : IPathCall
        where TOperator : struct, IUnaryOperator
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            ElementWiseLoop.Unary<TLanes, TVector, TOperator>(Op, X.Pointer, Y.Pointer, X.Length);
    }

    private readonly struct Exp : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Exp(x);
    }

    private readonly struct Log : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Log(x);
    }

    private readonly struct Tanh : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Tanh(x);
    }

    private readonly struct Sigmoid : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Sigmoid(x);
    }

    private readonly struct Erf : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Erf(x);
    }

    private readonly struct Softplus : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Softplus(x);
    }

    private readonly struct Power(float exponent) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Power(x, TMath.Constant(exponent));
    }
}
