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

    /// <summary>The most floats of a right block: 512 KB.</summary>
    private const int RightFloatsMax = 128 * 1024;

    /// <summary>The most floats of the right blocks of all stretches of a weight gradient: 16 MB.</summary>
    private const int StretchesFloatsMax = 4 * 1024 * 1024;

    /// <summary>Lines that lie closer than seven eighths of a page do not lie far apart.</summary>
    private const int InPlaceStrideMax = 896;

    /// <summary>More lines of a left factor than this are packed, where many tiles read them.</summary>
    internal const int InPlaceLinesMax = 256;

    /// <summary>So few readers do not repay a copy, however far the lines lie apart.</summary>
    private const int InPlaceUsesMax = 5;

    /// <summary>So few readers of tall tiles do not repay packing across; half as many of rows far apart.</summary>
    private const int AcrossUsesMax = 32;

    /// <summary>
    /// The same for low tiles, whose steps are too short to hide the work of moving along each row, and where the right
    /// factor is packed between the readers.
    /// </summary>
    private const int AcrossUsesMaxOfFew = 8;

    /// <summary>Over fewer steps a tile takes too short a time for asking to repay.</summary>
    private const int AskDepthMin = 128;

    /// <summary>Fewer floats of results, 1 MB, are near anyway.</summary>
    private const int AskFloatsMin = 256 * 1024;

    /// <summary>Whether tiles ask for the memory of their results before they need it.</summary>
    internal static bool AsksForResults(int rows, int columns, int depth) =>
        depth >= AskDepthMin && (long)rows * columns >= AskFloatsMin;

    /// <summary>Whether lines lie about a page apart, or more.</summary>
    internal static bool LiesFarApart(int rowStride) => rowStride > InPlaceStrideMax;

    /// <summary>Whether to read a factor where it lies; see Note [Packed or in place].</summary>
    internal static bool ReadsInPlace(int rowStride, int uses) =>
        uses <= InPlaceUsesMax || !LiesFarApart(rowStride);

    /// <summary>
    /// The same for a factor that has so many lines: with more than so many that lie apart, a panel is in more pages
    /// than the processor keeps translations of (twice as fast packed, for gradients over 1024 samples). Vectors of
    /// less than 512 bits stand for a second-level cache so small that lines 2 KB apart drive each other out of it
    /// (products of 256×784×512 took 1.2 to 1.3 times as long in place); with 512 the copy has not paid.
    /// </summary>
    internal static bool ReadsInPlace<TLanes, TVector>(int rowStride, int uses, int lines, int linesMax)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        uses <= InPlaceUsesMax || (TLanes.Count == 16 && !LiesFarApart(rowStride) && lines <= linesMax);

    /// <summary>Whether to read a left factor where it lies although its lines run across those of memory.</summary>
    internal static bool ReadsAcross(int rowStride, int uses, bool isFew) =>
        uses * (LiesFarApart(rowStride) ? 2 : 1) <= (isFew ? AcrossUsesMaxOfFew : AcrossUsesMax);

    /// <summary>Panels as wide as the widest tile that so many columns fill.</summary>
    internal static int WidePanels<TLanes, TVector>(int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        (columns + TileShapes.WidthMax<TLanes, TVector>() - 1) / TileShapes.WidthMax<TLanes, TVector>();

    /// <summary>The size of blocks, none above the limit and all about equal, that cover the length.</summary>
    internal static int Even(int length, int max)
    {
        var blocks = (length + max - 1) / max;
        return blocks <= 1 ? length : (length + blocks - 1) / blocks;
    }

    /// <summary>Columns of a right block of such a depth: whole wide panels, or all the columns.</summary>
    internal static int Columns<TLanes, TVector>(int n, int depth)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => Columns<TLanes, TVector>(n, depth, depth);

    /// <summary>The same for stretches of at most such a depth, whose right blocks are all there at one time.</summary>
    internal static int Columns<TLanes, TVector>(int n, int depth, int depthOfAll)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = TileShapes.WidthMax<TLanes, TVector>();
        var most = Math.Min(RightFloatsMax / Math.Max(depth, 1), StretchesFloatsMax / Math.Max(depthOfAll, 1));
        var max = Math.Max(wide, most / wide * wide);
        return n <= max ? n : RoundUp(Even(n, max), wide);
    }

    /// <summary>Room for a packed right block of at most so many columns and rows, whatever its depth.</summary>
    internal static int RightFloats<TLanes, TVector>(int n, int depthMax)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = TileShapes.WidthMax<TLanes, TVector>();
        return Math.Min(RoundUp(n, wide) * depthMax, Math.Max(RightFloatsMax, wide * depthMax));
    }

    /// <summary>The same for all stretches of a weight gradient over at most so many rows.</summary>
    internal static int GradientRightFloats<TLanes, TVector>(int n, int rowsMax)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var wide = TileShapes.WidthMax<TLanes, TVector>();
        var all = (long)RoundUp(n, wide) * rowsMax;
        return checked((int)Math.Min(all, Math.Max(StretchesFloatsMax, (long)wide * rowsMax)));
    }

    /// <summary>Rounds up to a multiple.</summary>
    internal static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
