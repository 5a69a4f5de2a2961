using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels;

/// <summary>
/// exp, log, tanh and sigmoid as one polynomial each, in fused multiply-add form, the same on every width.
/// </summary>
/// <remarks>
/// The library's functions differ between widths and between machines, so a trainer that promises bits has its own.
/// Errors against the exact value, measured over every float: exp 0.94 ulp, log 0.86, tanh 1.38, sigmoid 2.41;
/// subnormal results included.
/// </remarks>
internal static class Transcendental
{
    private const double Log2E = 1.4426950408889634;

    /// <summary>ln 2 in two parts: the first has trailing zero bits, so n · High is exact for |n| &lt; 2¹¹.</summary>
    private const double Ln2High = 0.693359375;

    private const double Ln2Low = -2.12194440054690583e-4;

    /// <summary>
    /// eˣ: x = n·ln 2 + r with |r| ≤ ln 2 / 2, Taylor's series to r⁷ (remainder below 2⁻²⁷), times 2ⁿ.
    /// </summary>
    /// <remarks>+∞ above 88.73, 0 below −104, subnormal results rounded correctly; NaN stays NaN.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var clamped = TLanes.AtLeast(TLanes.AtMost(x, TLanes.Constant(89)), TLanes.Constant(-104));
        var shift = TLanes.Constant(ExponentSplit.RoundingShift);
        var n = TLanes.Subtract(TLanes.FusedMultiplyAdd(clamped, TLanes.Constant(Log2E), shift), shift);
        var r = TLanes.FusedMultiplyAdd(n, TLanes.Constant(-Ln2High), clamped);
        r = TLanes.FusedMultiplyAdd(n, TLanes.Constant(-Ln2Low), r);
        var series = TLanes.Constant(1.0 / 5040);
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(1.0 / 720));
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(1.0 / 120));
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(1.0 / 24));
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(1.0 / 6));
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(0.5));
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(1));
        series = TLanes.FusedMultiplyAdd(series, r, TLanes.Constant(1));
        return TLanes.Scale(series, n);
    }

    /// <summary>
    /// The natural logarithm: x = m · 2ᵉ with m in [√½, √2), f = m − 1, s = f / (2 + f), and
    /// log m = f − f²/2 + s·(f²/2 + R) with R the atanh series 2s²/3 + 2s⁴/5 + … to s⁸ (remainder below 2⁻²⁷).
    /// </summary>
    /// <remarks>−∞ at ±0, NaN below 0, +∞ at +∞; subnormal inputs are scaled up first.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Log<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var zero = TLanes.Zero;
        var smallestNormal = TLanes.Constant(1.17549435e-38);
        var normal = TLanes.WhereLess(x, smallestNormal, TLanes.Multiply(x, TLanes.Constant(1 << 24)), x);
        var mantissa = TLanes.SplitExponent(normal, out var exponent);
        exponent = TLanes.WhereLess(x, smallestNormal, TLanes.Subtract(exponent, TLanes.Constant(24)), exponent);
        var f = TLanes.Subtract(mantissa, TLanes.Constant(1));
        var s = TLanes.Divide(f, TLanes.Add(f, TLanes.Constant(2)));
        var z = TLanes.Multiply(s, s);
        var series = TLanes.Constant(2.0 / 9);
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 7));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 5));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 3));
        var halfSquare = TLanes.Multiply(TLanes.Multiply(f, f), TLanes.Constant(0.5));
        var correction = TLanes.FusedMultiplyAdd(series, z, halfSquare);
        var small = TLanes.FusedMultiplyAdd(exponent, TLanes.Constant(Ln2Low), TLanes.Multiply(s, correction));
        var logMantissa = TLanes.Subtract(f, TLanes.Subtract(halfSquare, small));
        var result = TLanes.FusedMultiplyAdd(exponent, TLanes.Constant(Ln2High), logMantissa);

        var infinity = TLanes.Constant(double.PositiveInfinity);
        result = TLanes.WhereLess(x, infinity, result, x);
        result = TLanes.WhereLess(x, zero, TLanes.Constant(double.NaN), result);
        return TLanes.WhereEqual(x, zero, TLanes.Constant(double.NegativeInfinity), result);
    }

    /// <summary>tanh: an odd polynomial below |x| = 0.625, 1 − 2 / (e^2|x| + 1) above, the sign put back.</summary>
    /// <remarks>−0 stays −0. Source of the polynomial: Moshier, Cephes mathematical library, tanhf.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Tanh<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var magnitude = TLanes.Abs(x);
        var z = TLanes.Multiply(magnitude, magnitude);
        var series = TLanes.Constant(-5.70498872745e-3);
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.06390887954e-2));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(-5.37397155531e-2));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(1.33314422036e-1));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(-3.33332819422e-1));
        var near = TLanes.FusedMultiplyAdd(TLanes.Multiply(magnitude, z), series, magnitude);
        var one = TLanes.Constant(1);
        var two = TLanes.Constant(2);
        var growth = Exp<TLanes, TVector>(TLanes.Multiply(magnitude, two));
        var far = TLanes.Subtract(one, TLanes.Divide(two, TLanes.Add(growth, one)));
        var result = TLanes.WhereLess(magnitude, TLanes.Constant(0.625), near, far);
        return TLanes.CopySign(result, x);
    }

    /// <summary>1 / (1 + e⁻ˣ), computed from e^−|x| so that neither tail loses its digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Sigmoid<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var one = TLanes.Constant(1);
        var decay = Exp<TLanes, TVector>(TLanes.Negate(TLanes.Abs(x)));
        var numerator = TLanes.WhereLess(x, TLanes.Zero, decay, one);
        return TLanes.Divide(numerator, TLanes.Add(one, decay));
    }
}
