using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution's gradient to its images, computed line by line: vectors are positions.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. The products wᵀ · dy of as many positions as a register tile is wide
/// are added to the pixels a few lines at once: of each group wᵀ is [lines, filters], and of each sample and group dy
/// is [filters, positions]. Positions come from the last to the first.
/// </remarks>
internal readonly unsafe struct LineGradient<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The most filters that are multiplied at a time: a packed panel then fills 48 KB at most.</summary>
    private const int DepthMax = 384;

    /// <summary>Panels of lines whose results are added to the pixels together.</summary>
    private const int PanelsAtOnce = 4;

    private readonly ConvolutionShape _shape;
    private readonly PaddedImage _image;
    private readonly int _depth;

    /// <summary>Where the lines begin in the padded image.</summary>
    private readonly int* _offsets;
    private readonly float* _padded;

    /// <summary>A tile at the edge, a panel of dy, and results of some panels of lines with it.</summary>
    private readonly float* _tile;
    private readonly float* _right;
    private readonly float* _result;
    private readonly float* _filters;

    internal LineGradient(in ConvolutionShape shape, float* packed, float* workspace)
    {
        (_shape, _image) = (shape, new PaddedImage(shape.Grid, shape.Channels));
        _depth = Blocking.Even(shape.Filters, DepthMax);
        _offsets = (int*)workspace;
        _padded = workspace + AlignedBuffer.WholeLines(shape.Inner);
        _tile = _padded + _image.Floats;
        _right = _tile + ProductBlock.ScratchFloats<TLanes, TVector>();
        _result = _right + PanelFloats(_depth);
        _filters = packed;
    }

    private static int PanelWidth => 2 * TLanes.Count;

    internal static int WorkspaceFloats(in ConvolutionShape shape) => checked(
        AlignedBuffer.WholeLines(shape.Inner)
        + new PaddedImage(shape.Grid, shape.Channels).Floats
        + ProductBlock.ScratchFloats<TLanes, TVector>()
        + PanelFloats(Blocking.Even(shape.Filters, DepthMax))
        + PanelFloats(PanelsAtOnce * TileShapes.HeightMax<TLanes, TVector>()));

    internal static int PackedFloats(in ConvolutionShape shape) => checked(shape.Groups * GroupFloats(shape));

    /// <summary>
    /// Each group's filters with their lines in the order tap, channel: lines that follow each other then go to
    /// different channels, and none waits for pixels that the one before it has just written.
    /// </summary>
    internal void Pack(float* w)
    {
        var (taps, channels, inner) = (_shape.Grid.Taps, _shape.Channels, _shape.Inner);
        for (var group = 0; group < _shape.Groups; group++, w += (nint)_shape.Filters * inner)
        {
            var packed = Filters(group);
            for (var panel = 0; panel < packed.Panels.Count; panel++)
            {
                var (row, height) = (packed.Panels.FirstRow(panel), packed.Panels.Height(panel));
                var to = packed.At(panel, 0).Data;
                for (var filter = 0; filter < _shape.Filters; filter++)
                {
                    for (var line = row; line < row + height; line++)
                    {
                        *to++ = line < inner ? w[(filter * inner) + (line % channels * taps) + (line / channels)] : 0;
                    }
                }
            }
        }
    }

    /// <summary>dx = f(gradient, z), from dy and the filters that are packed; z null is the gradient itself.</summary>
    internal void Run<TOperator>(int samples, float* dy, float* z, TOperator f, float* dx)
        where TOperator : struct, IBinaryOperator
    {
        _image.WriteOffsetsByTap(_offsets);
        var imageFloats = _shape.Channels * _shape.Grid.ImagePixels;
        for (var part = 0; part < samples * _shape.Groups; part++, dx += imageFloats)
        {
            _image.Clear(_padded);
            RunPart(Filters(part % _shape.Groups), dy + ((nint)part * _shape.Filters * _shape.Grid.Positions));
            _image.Take<TLanes, TVector>(_padded, dx);
            if (z != null)
            {
                ElementWiseLoop.Binary<TLanes, TVector, TOperator>(f, dx, z, dx, imageFloats);
                z += imageFloats;
            }
        }
    }

    /// <summary>Room for a panel of so many lines; behind it there is some for one more vector.</summary>
    private static int PanelFloats(int lines) =>
        AlignedBuffer.WholeLines(checked((lines * PanelWidth) + TLanes.Count));

    private static int GroupFloats(in ConvolutionShape shape) =>
        PackedLeft.Floats<TLanes, TVector>(shape.Inner, shape.Filters, PanelWidth);

    /// <summary>A group's filters, as the left factor.</summary>
    private PackedLeft Filters(int group) => PackedLeft.Of<TLanes, TVector>(
        _filters + ((nint)group * GroupFloats(_shape)), _shape.Inner, _shape.Filters, PanelWidth);

    /// <summary>One sample and group, onto the padded image.</summary>
    private void RunPart(PackedLeft filters, float* dy)
    {
        Span<PatchPiece> pieces = stackalloc PatchPiece[PanelWidth];
        var upstream = new MatrixView(dy, _shape.Grid.Positions, transposed: true);
        var block = new ProductBlock { Scratch = _tile, Rows = _shape.Inner, Panels = filters.Panels };
        for (var first = (_shape.Grid.Positions - 1) / PanelWidth * PanelWidth; first >= 0; first -= PanelWidth)
        {
            block.Columns = Math.Min(_shape.Grid.Positions - first, PanelWidth);
            var width = block.Columns > TLanes.Count ? PanelWidth : TLanes.Count;
            var patches = new PatchPanel<TLanes, TVector>(_shape.Grid, _image, first, block.Columns, width, pieces);
            block.Stride = width;
            var line = 0;
            for (var panel = 0; panel < filters.Panels.Count; panel++)
            {
                block.C = _result - ((nint)line * width);
                for (block.Start = 0; block.Start < _shape.Filters; block.Start += _depth)
                {
                    block.Depth = Math.Min(_depth, _shape.Filters - block.Start);
                    block.IsLast = block.Start + block.Depth == _shape.Filters;
                    if (panel == 0 || _depth < _shape.Filters)
                    {
                        Packing.Pack<TLanes, TVector>(
                            upstream, first, block.Columns, block.Start, block.Depth, _right, width);
                    }

                    block.Right = RightFactor.OfPanel(_right, block.Columns, block.Depth);
                    block.RunPanel<TLanes, TVector, Identity>(panel, filters.At(panel, block.Start), default);
                }

                var done = panel + 1;
                if (done % PanelsAtOnce == 0 || done == filters.Panels.Count)
                {
                    var end = Math.Min(filters.Panels.FirstRow(done), _shape.Inner);
                    patches.Scatter(_result, _offsets + line, end - line, _padded);
                    line = end;
                }
            }
        }
    }
}
