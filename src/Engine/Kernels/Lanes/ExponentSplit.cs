namespace Distributed.Engine.Kernels.Lanes;

/// <summary>What the widths share of taking a float apart into m · 2ᵉ, m in [√½, √2), and of scaling by 2ⁿ.</summary>
internal static class ExponentSplit
{
    /// <summary>The bits of √½ as a float.</summary>
    internal const int SquareRootOfHalfBits = 0x3f3504f3;

    internal const int FractionMask = 0x007fffff;

    /// <summary>Adding and subtracting 1.5 · 2²³ rounds a small float to the nearest integer, ties to even.</summary>
    internal const double RoundingShift = 12582912;

    // Note [Scaled in halves]
    // 2ⁿ has no float beyond 2¹²⁷, and none of full precision below 2⁻¹²⁶. So a value in [½, 2) is multiplied by about
    // 2^(n/2) twice, whose exponents' bits are built: the first product is exact, the second is the one rounding. NaN's
    // integer is the least there is, or 0, either of which makes both factors 1.
}
