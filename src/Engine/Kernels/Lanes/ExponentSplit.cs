namespace Distributed.Engine.Kernels.Lanes;

/// <summary>Bit patterns of a float used to split it into m · 2ᵉ with m in [√½, √2).</summary>
internal static class ExponentSplit
{
    /// <summary>The bits of √½ as a float.</summary>
    internal const int SquareRootOfHalfBits = 0x3f3504f3;

    internal const int FractionMask = 0x007fffff;
}
