using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

// Note [Packed or in place]
// A kernel reads a factor line by line: a line of a left panel is Height floats, of a right panel Width floats. Where
// the lines are contiguous in the matrix, the kernel can read them in place. That saves the copy, most of all where few
// tiles share it; but lines that lie a page or more apart cost translations and fall into few sets of the caches, so a
// panel with many readers is better packed; with small caches, at any distance. Where lines are not contiguous, a left
// panel with few readers is read across: each of its rows where it lies, as many rows as the panel is high. Strips at
// the edge are always packed, with their padding. Panels that lie side by side in memory are packed together, row by
// row, so that each cache line and each page is visited once.

/// <summary>The right factor of a block: panels as wide as the widest tile, then one of the rest's vectors.</summary>
internal readonly unsafe struct RightFactor
{
    /// <summary>Panels that are packed side by side: 8 of 64 columns are half a page in each row.</summary>
    private const int PanelsAtOnce = 8;

    private readonly float* _packed;
    private readonly float* _inPlace;
    private readonly int _rowStride;
    private readonly int _columns;
    private readonly int _depth;

    private RightFactor(float* packed, float* inPlace, int rowStride, int columns, int depth)
    {
        _packed = packed;
        _inPlace = inPlace;
        _rowStride = rowStride;
        _columns = columns;
        _depth = depth;
    }

    /// <summary>Whether a factor that so many row panels read stays where it lies, but for its last columns.</summary>
    internal static bool IsInPlace<TLanes, TVector>(MatrixView b, int depth, int uses)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        !b.Transposed && Blocking.ReadsInPlace<TLanes, TVector>(b.RowStride, uses, depth, Blocking.DepthMax);

    /// <summary>Packs what must be packed of the elements [depth, columns] of b from (start, column).</summary>
    /// <remarks>Units: uses counts the row panels that will read the factor.</remarks>
    internal static RightFactor Prepare<TLanes, TVector>(
        MatrixView b, int start, int depth, int column, int columns, int uses, float* room)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var isInPlace = IsInPlace<TLanes, TVector>(b, depth, uses);
        var wide = TileShapes.WidthMax<TLanes, TVector>();
        var packed = 0;
        if (isInPlace)
        {
            packed = columns / wide * wide;
        }
        else if (!b.Transposed)
        {
            for (var count = columns / wide; count > 0; count -= PanelsAtOnce)
            {
                var some = Math.Min(count, PanelsAtOnce);
                Packing.PackSideBySide(
                    b.At(start, column + packed), b.RowStride, depth, room + ((nint)packed * depth),
                    (nint)wide * depth, some, wide);
                packed += some * wide;
            }
        }

        for (var j = packed; j < columns; j += wide)
        {
            var rest = columns - j;
            var width = TileShapes.Vectors<TLanes, TVector>(rest) * TLanes.Count;
            if (!isInPlace || rest < width)
            {
                Packing.Pack<TLanes, TVector>(
                    b.Flipped, column + j, rest, start, depth, room + ((nint)j * depth), width);
            }
        }

        return new RightFactor(room, isInPlace ? b.At(start, column) : null, b.RowStride, columns, depth);
    }

    /// <summary>One panel that lies packed, of so many columns, or more that are no part of any result.</summary>
    internal static RightFactor OfPanel(float* packed, int columns, int depth) =>
        new(packed, null, 0, columns, depth);

    /// <summary>The panel of so many columns from the given one.</summary>
    internal Panel At(int column, int width) => _inPlace != null && column + width <= _columns
        ? new Panel(_inPlace + column, _rowStride)
        : new Panel(_packed + ((nint)column * _depth), width);
}
