using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>
/// How a number of rows is cut into panels as high as a register tile: first the tall ones, then the short ones, so
/// that as few rows as possible are padding.
/// </summary>
/// <remarks>
/// Heights 14 and 8 suit 32 vector registers, 6 and 4 suit 16. With these, 64 = 4·14 + 8, 128 = 8·14 + 2·8 and
/// 256 = 16·14 + 4·8 are cut without any padding.
/// </remarks>
internal readonly struct RowPanels
{
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

    internal static RowPanels Of<TLanes, TVector>(int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count == 8 ? Fit(rows, 6, 4) : Fit(rows, 14, 8);

    /// <summary>Only panels of the lesser height, for 32 registers.</summary>
    internal static RowPanels OnlyShort(int rows) => new(14, 0, 8, (rows + 7) / 8);

    /// <summary>
    /// Panels whose rows are read where they lie: no more of them at a time than ways in a set of the first-level
    /// cache, where rows may lie a page apart.
    /// </summary>
    internal static RowPanels Across<TLanes, TVector>(int rows, int rowStride)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count != 8 && Blocking.LiesFarApart(rowStride) ? OnlyShort(rows) : Of<TLanes, TVector>(rows);

    /// <summary>The most rows that a panel has.</summary>
    internal static int TallHeight<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count == 8 ? 6 : 14;

    internal bool IsTall(int panel) => panel < _tallCount;

    internal int Height(int panel) => IsTall(panel) ? _tallHeight : _shortHeight;

    /// <summary>The panel's first row; for panel = Count, the rows with their padding.</summary>
    internal int FirstRow(int panel) => IsTall(panel)
        ? panel * _tallHeight
        : (_tallCount * _tallHeight) + ((panel - _tallCount) * _shortHeight);

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
