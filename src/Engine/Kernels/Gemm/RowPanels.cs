using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// How a number of rows is cut into panels as high as a register tile: first the tall ones, then the short ones, so
/// that as few rows as possible are padding.
/// </summary>
/// <remarks>
/// The heights are those of <see cref="TileShapes"/>. With 6 and 4, every even number above 2 is cut without padding;
/// with 14 and 8, 64 = 4·14 + 8, 128 = 8·14 + 2·8 and 256 = 16·14 + 4·8.
/// </remarks>
internal readonly struct RowPanels
{
    /// <summary>Ways that a set of a first-level cache has at least.</summary>
    private const int WaysMin = 8;

    private readonly int _tallHeight;
    private readonly int _shortHeight;
    private readonly int _tallCount;

    private RowPanels(int tallHeight, int tallCount, int shortHeight, int shortCount)
    {
        _tallHeight = tallHeight;
        _shortHeight = shortHeight;
        _tallCount = tallCount;
        Count = tallCount + shortCount;
    }

    /// <summary>Panels in all.</summary>
    internal int Count { get; }

    /// <summary>The panels of so many rows that are used with so many columns.</summary>
    internal static RowPanels Of<TLanes, TVector>(int rows, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (tall, low) = TileShapes.Heights<TLanes, TVector>(columns);
        return Fit(rows, tall, low);
    }

    /// <summary>
    /// Panels whose rows are read where they lie: no more of them at a time than ways in a set of the first-level
    /// cache, where rows may lie a page apart.
    /// </summary>
    internal static RowPanels Across<TLanes, TVector>(int rows, int columns, int rowStride)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (tall, low) = TileShapes.Heights<TLanes, TVector>(columns);
        return tall > WaysMin && Blocking.LiesFarApart(rowStride)
            ? new(tall, 0, low, (rows + low - 1) / low)
            : Fit(rows, tall, low);
    }

    /// <summary>Tall ones, which come first.</summary>
    internal int TallCount => _tallCount;

    internal bool IsTall(int panel) => panel < _tallCount;

    internal int Height(int panel) => IsTall(panel) ? _tallHeight : _shortHeight;

    /// <summary>The panel's first row; for panel = Count, the rows with their padding.</summary>
    internal int FirstRow(int panel) => IsTall(panel)
        ? panel * _tallHeight
        : (_tallCount * _tallHeight) + ((panel - _tallCount) * _shortHeight);

    /// <summary>The same as <see cref="TileShapes.StepTime"/>, for a tile of each panel.</summary>
    internal int StepTime(int vectors) =>
        (_tallCount * TileShapes.StepTime(_tallHeight, vectors))
        + ((Count - _tallCount) * TileShapes.StepTime(_shortHeight, vectors));

    private static RowPanels Fit(int rows, int tallHeight, int shortHeight)
    {
        var best = default(RowPanels);
        var least = int.MaxValue;

        // Fewer short panels than tallHeight suffice: that many could be exchanged for tall ones.
        for (var shortCount = 0; shortCount < tallHeight; shortCount++)
        {
            var rest = Math.Max(0, rows - (shortCount * shortHeight));
            var tallCount = (rest + tallHeight - 1) / tallHeight;
            var padded = (tallCount * tallHeight) + (shortCount * shortHeight);
            if (padded < least)
            {
                least = padded;
                best = new RowPanels(tallHeight, tallCount, shortHeight, shortCount);
            }
        }

        return best;
    }
}
