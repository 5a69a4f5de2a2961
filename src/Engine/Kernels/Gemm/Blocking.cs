using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>Into what blocks a product is cut, so that what is read again and again stays in a near cache.</summary>
/// <remarks>
/// A left panel stays in the first-level cache while the right block passes from the second-level cache.
/// Units: floats, rows and columns. None of these numbers changes a bit of any result.
/// </remarks>
internal static class Blocking
{
    /// <summary>The longest stretch of the inner dimension: a left panel of 14 rows then fills 28 KB.</summary>
    internal const int DepthMax = 512;

    /// <summary>The most rows of the left factor that are packed at a time.</summary>
    internal const int RowsMax = 1008;

    /// <summary>The most floats of a packed right block: 640 KB.</summary>
    private const int RightFloatsMax = 160 * 1024;

    /// <summary>Room for a right block of at most so many columns and rows, whatever the block's depth.</summary>
    internal static int RightFloats<TLanes, TVector>(int n, int depthMax)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = 2 * TLanes.Count;
        return Math.Min(RoundUp(n, wide) * depthMax, Math.Max(RightFloatsMax, wide * depthMax));
    }

    /// <summary>Rounds up to a multiple.</summary>
    internal static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>The size of blocks, none above the limit and all about equal, that cover the length.</summary>
    internal static int Even(int length, int max)
    {
        var blocks = (length + max - 1) / max;
        return blocks <= 1 ? length : (length + blocks - 1) / blocks;
    }

    /// <summary>Columns of a right block of such a depth: whole wide panels, or all the columns.</summary>
    internal static int Columns<TLanes, TVector>(int n, int depth)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = 2 * TLanes.Count;
        var max = Math.Max(wide, RightFloatsMax / Math.Max(depth, 1) / wide * wide);
        return n <= max ? n : RoundUp(Even(n, max), wide);
    }
}
