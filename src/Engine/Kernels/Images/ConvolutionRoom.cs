using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>The workspace of a <see cref="LineGradient"/>, cut up.</summary>
/// <remarks>
/// Shapes: the left factor is [rows, inner] for each group, the right one [inner, positions] for each sample and group.
/// The places are 64-byte aligned, and behind each panel there is room for one more vector.
/// </remarks>
internal readonly unsafe struct ConvolutionRoom<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The longest stretch of the inner dimension: a packed panel then fills 48 KB at most.</summary>
    private const int DepthMax = 384;

    /// <summary>Panels of the left factor whose results are added to the pixels together.</summary>
    internal const int PanelsAtOnce = 4;

    private readonly float* _filters;
    private readonly int _rows;
    private readonly int _inner;

    internal ConvolutionRoom(in ConvolutionShape shape, int rows, int inner, float* packed, float* workspace)
    {
        (Image, _rows, _inner) = (new PaddedImage(shape.Grid, shape.Channels), rows, inner);
        Depth = Blocking.Even(inner, DepthMax);
        Offsets = (int*)workspace;
        Padded = workspace + AlignedBuffer.WholeLines(shape.Inner);
        Tile = Padded + Image.Floats;
        Right = Tile + ProductBlock.ScratchFloats<TLanes, TVector>();
        Result = Right + PanelFloats(Depth);
        _filters = packed;
    }

    internal static int PanelWidth => 2 * TLanes.Count;

    internal PaddedImage Image { get; }

    /// <summary>Rows of the right factor that are packed at a time.</summary>
    internal int Depth { get; }

    /// <summary>Room for where the lines begin in the padded image.</summary>
    internal int* Offsets { get; }

    internal float* Padded { get; }

    /// <summary>Room for a tile at the edge.</summary>
    internal float* Tile { get; }

    /// <summary>One panel of the right factor.</summary>
    internal float* Right { get; }

    /// <summary>Results of some panels of the left factor with one of the right factor.</summary>
    internal float* Result { get; }

    internal static int Floats(in ConvolutionShape shape, int inner) => checked(
        AlignedBuffer.WholeLines(shape.Inner)
        + new PaddedImage(shape.Grid, shape.Channels).Floats
        + ProductBlock.ScratchFloats<TLanes, TVector>()
        + PanelFloats(Blocking.Even(inner, DepthMax))
        + PanelFloats(PanelsAtOnce * TileShapes.HeightMax<TLanes, TVector>()));

    internal static int PanelFloats(int lines) =>
        AlignedBuffer.WholeLines(checked((lines * PanelWidth) + TLanes.Count));

    /// <summary>The columns that a panel with so many positions has: one vector, or two.</summary>
    internal static int WidthFor(int positions) => positions > TLanes.Count ? PanelWidth : TLanes.Count;

    /// <summary>A group's filters, as the left factor.</summary>
    internal PackedLeft Filters(int group) => PackedLeft.Of<TLanes, TVector>(
        _filters + ((nint)group * PackedLeft.Floats<TLanes, TVector>(_rows, _inner, PanelWidth)),
        _rows,
        _inner,
        PanelWidth);
}
