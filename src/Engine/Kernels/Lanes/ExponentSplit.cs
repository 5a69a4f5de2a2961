using System.Runtime.CompilerServices;

namespace Distributed.Engine.Kernels.Lanes;

/// <summary>What the widths share of taking a float apart into m · 2ᵉ, m in [√½, √2), and of scaling by 2ⁿ.</summary>
internal static class ExponentSplit
{
    /// <summary>The bits of √½ as a float.</summary>
    internal const int SquareRootOfHalfBits = 0x3f3504f3;

    internal const int FractionMask = 0x007fffff;

    /// <summary>Adding and subtracting 1.5 · 2²³ rounds a small float to the nearest integer, ties to even.</summary>
    internal const double RoundingShift = 12582912;

    /// <summary>
    /// <see cref="ILanes{TVector}.Scale"/> in two factors, so that results beyond 2¹²⁷ and below 2⁻¹²⁶ come out right:
    /// the first product is exact, the second is the one rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector ScaleInHalves<TLanes, TVector>(TVector value, TVector n)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var shift = TLanes.Constant(RoundingShift);
        var half = TLanes.Subtract(TLanes.FusedMultiplyAdd(n, TLanes.Constant(0.5), shift), shift);
        var rest = TLanes.Subtract(n, half);
        return TLanes.Multiply(TLanes.Multiply(value, TLanes.PowerOfTwo(half)), TLanes.PowerOfTwo(rest));
    }
}
