using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels;

/// <summary>
/// erf, softplus and power: one formula each in fused multiply-add form, the same bits on every width.
/// </summary>
/// <remarks>
/// Errors against the exact value, over a dense sample of all floats: erf 1.2 ulp, softplus 2.4 ulp. A power is
/// e^(y·log x): its relative error grows with the exponent's size, up to about (1 + |y·ln x|) · 2⁻²³, which may carry
/// the very largest results over to infinity.
/// </remarks>
internal static class SpecialFunctions
{
    /// <summary>From here on floats are not told from even integers: their halves no longer fit beside them.</summary>
    private const double LargeExponent = 4194304;

    /// <summary>
    /// An odd polynomial below |x| = 475/512; above, 1 − e^P(|x|), the sign put back.
    /// </summary>
    /// <remarks>±1 beyond 4, −0 stays −0, NaN stays NaN. Source of the polynomials: Juffa, "erff", 2015.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Erf<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var t = TLanes.AtMost(TLanes.Abs(x), TLanes.Constant(4));
        var s = TLanes.Multiply(t, t);
        var far = TLanes.FusedMultiplyAdd(TLanes.Constant(-1.72853470e-5), t, TLanes.Constant(3.83197126e-4));
        var low = TLanes.FusedMultiplyAdd(TLanes.Constant(-3.88396438e-3), t, TLanes.Constant(2.42546219e-2));
        far = TLanes.FusedMultiplyAdd(far, s, low);
        far = TLanes.FusedMultiplyAdd(far, t, TLanes.Constant(-1.06777877e-1));
        far = TLanes.FusedMultiplyAdd(far, t, TLanes.Constant(-6.34846687e-1));
        far = TLanes.FusedMultiplyAdd(far, t, TLanes.Constant(-1.28717512e-1));
        far = TLanes.FusedMultiplyAdd(far, t, TLanes.Negate(t));
        far = TLanes.Subtract(TLanes.Constant(1), TLanes.Exp(far));

        var near = TLanes.Constant(-5.96761703e-4);
        near = TLanes.FusedMultiplyAdd(near, s, TLanes.Constant(4.99119423e-3));
        near = TLanes.FusedMultiplyAdd(near, s, TLanes.Constant(-2.67681349e-2));
        near = TLanes.FusedMultiplyAdd(near, s, TLanes.Constant(1.12819925e-1));
        near = TLanes.FusedMultiplyAdd(near, s, TLanes.Constant(-3.76125336e-1));
        near = TLanes.FusedMultiplyAdd(near, s, TLanes.Constant(1.28379166e-1));
        near = TLanes.FusedMultiplyAdd(near, t, t);
        return TLanes.CopySign(TLanes.WhereLess(TLanes.Constant(475.0 / 512), t, far, near), x);
    }

    /// <summary>
    /// max(x, 0) + log(1 + u) with u = e^−|x| in (0, 1]: log(1 + u) = 2·atanh(s) with s = u / (2 + u) ≤ 1/3, as its
    /// series to s¹⁵ (remainder below 2⁻²⁸).
    /// </summary>
    /// <remarks>eˣ far below 0, x far above; NaN stays NaN.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Softplus<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var u = TLanes.Exp(TLanes.Negate(TLanes.Abs(x)));
        var s = TLanes.Divide(u, TLanes.Add(u, TLanes.Constant(2)));
        var z = TLanes.Multiply(s, s);
        var series = TLanes.Constant(2.0 / 15);
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 13));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 11));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 9));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 7));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 5));
        series = TLanes.FusedMultiplyAdd(series, z, TLanes.Constant(2.0 / 3));
        var logarithm = TLanes.FusedMultiplyAdd(TLanes.Multiply(s, z), series, TLanes.Add(s, s));
        return TLanes.Add(TLanes.WhereLessOrEqual(x, TLanes.Zero, TLanes.Zero, x), logarithm);
    }

    /// <summary>
    /// e^(y·log |x|), with a minus for a negative x and an odd y, and NaN for a negative x and a y between integers.
    /// </summary>
    /// <remarks>
    /// x⁰ = 1 for every x; −∞ is negative like any other; −0 counts as 0; exponents of 2²² and more count as even.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Power<TLanes, TVector>(TVector x, TVector y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var one = TLanes.Constant(1);
        var magnitude = TLanes.Exp(TLanes.Multiply(y, TLanes.Log(TLanes.Abs(x))));
        var half = TLanes.Multiply(y, TLanes.Constant(0.5));
        var signed = TLanes.WhereEqual(Rounded<TLanes, TVector>(half), half, magnitude, TLanes.Negate(magnitude));
        signed = TLanes.WhereEqual(Rounded<TLanes, TVector>(y), y, signed, TLanes.Constant(double.NaN));
        signed = TLanes.WhereLess(TLanes.Abs(y), TLanes.Constant(LargeExponent), signed, magnitude);
        var power = TLanes.WhereLess(x, TLanes.Zero, signed, magnitude);
        return TLanes.WhereEqual(y, TLanes.Zero, one, power);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Rounded<TLanes, TVector>(TVector value)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var shift = TLanes.Constant(ExponentSplit.RoundingShift);
        return TLanes.Subtract(TLanes.Add(value, shift), shift);
    }
}
