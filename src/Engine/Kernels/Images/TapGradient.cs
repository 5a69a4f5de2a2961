using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>
/// The gradient to its images of a convolution whose windows lie a pixel apart, computed tap by tap: vectors are
/// pixels, rows of a tile channels.
/// </summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. What a tap sends to all pixels that see it is the product wᵀ · dy of
/// its own filters [channels, filters] and positions that follow each other just as the pixels do, if dy is copied with
/// so many zeros between its rows that both have the same step. So tiles read dy in place and add a few vectors of
/// pixels in each channel; taps come one after the other. Pixels that a tap does not see, at the ends of rows and
/// behind the last one, get chains of zeros, which change no sum, for none is −0, while all filters are finite.
/// </remarks>
internal readonly unsafe struct TapGradient<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly ConvolutionShape _shape;
    private readonly RowPanels _panels;
    private readonly int _margin;
    private readonly int _step;
    private readonly int _upstreamPlane;
    private readonly int _pixelPlane;
    private readonly int* _offsets;
    private readonly float* _upstream;
    private readonly float* _pixels;
    private readonly float* _filters;

    internal TapGradient(in ConvolutionShape shape, float* packed, float* workspace)
    {
        var grid = shape.Grid;
        _shape = shape;
        _panels = Panels(shape);
        _margin = Margin(grid);
        _step = Step(grid);
        (_upstreamPlane, _pixelPlane) = (UpstreamPlane(grid), PixelPlane(grid));
        _offsets = (int*)workspace;
        _upstream = workspace + OffsetsFloats(shape);
        _pixels = _upstream + ((nint)shape.Filters * _upstreamPlane);
        _filters = packed;
    }

    private static int WidthMax => TileShapes.WidthMax<TLanes, TVector>();

    internal static int WorkspaceFloats(in ConvolutionShape shape) => checked(
        OffsetsFloats(shape) + (shape.Filters * UpstreamPlane(shape.Grid)) + (RowsUp(shape) * PixelPlane(shape.Grid)));

    internal static int PackedFloats(in ConvolutionShape shape) => checked(
        shape.Groups * shape.Grid.Taps * TapFloats(shape));

    /// <summary>Tap by tap the panels of its channels, a line for each filter; other rows are zeros.</summary>
    internal void Pack(float* w)
    {
        var (taps, channels, inner) = (_shape.Grid.Taps, _shape.Channels, _shape.Inner);
        var to = _filters;
        for (var group = 0; group < _shape.Groups; group++, w += (nint)_shape.Filters * inner)
        {
            for (var tap = 0; tap < taps; tap++)
            {
                for (var panel = 0; panel < _panels.Count; panel++)
                {
                    var (first, height) = (_panels.FirstRow(panel), _panels.Height(panel));
                    for (var filter = 0; filter < _shape.Filters; filter++)
                    {
                        for (var channel = first; channel < first + height; channel++)
                        {
                            *to++ = channel < channels ? w[((nint)filter * inner) + (channel * taps) + tap] : 0;
                        }
                    }
                }
            }
        }
    }

    /// <summary>dx = f(gradient, z), from dy and the filters that are packed; z null is the gradient itself.</summary>
    internal void Run<TOperator>(int samples, float* dy, float* z, TOperator f, float* dx)
        where TOperator : struct, IBinaryOperator
    {
        var grid = _shape.Grid;
        for (var channel = 0; channel < RowsUp(_shape); channel++)
        {
            _offsets[channel] = channel * _pixelPlane;
        }

        new Span<float>(_upstream, _shape.Filters * _upstreamPlane).Clear();
        var imageFloats = _shape.Channels * grid.ImagePixels;
        for (var part = 0; part < samples * _shape.Groups; part++, dx += imageFloats)
        {
            for (var filter = 0; filter < _shape.Filters; filter++, dy += grid.Positions)
            {
                ImageRows.Copy<TLanes, TVector>(
                    dy, grid.Columns, _upstream + ((nint)filter * _upstreamPlane) + _margin, _step, grid.Rows,
                    grid.Columns);
            }

            new Span<float>(_pixels, RowsUp(_shape) * _pixelPlane).Clear();
            RunPart(_filters + ((nint)(part % _shape.Groups) * grid.Taps * TapFloats(_shape)));
            for (var channel = 0; channel < _shape.Channels; channel++)
            {
                ImageRows.Copy<TLanes, TVector>(
                    _pixels + _offsets[channel], _step, dx + ((nint)channel * grid.ImagePixels), grid.Width,
                    grid.Height, grid.Width);
            }

            if (z != null)
            {
                ElementWiseLoop.Binary<TLanes, TVector, TOperator>(f, dx, z, dx, imageFloats);
                z += imageFloats;
            }
        }
    }

    /// <summary>Zeros before the first position, and between rows: as far as taps see beside the positions.</summary>
    private static int Margin(in WindowGrid grid) =>
        Math.Max(0, ((grid.WindowWidth - 1) * grid.Dilation) - grid.Padding);

    /// <summary>Floats from row to row, of positions and of pixels: the image's width is at most as much.</summary>
    private static int Step(in WindowGrid grid) => grid.Columns + Margin(grid);

    /// <summary>Behind the last row a tile reads zeros.</summary>
    private static int UpstreamPlane(in WindowGrid grid) =>
        AlignedBuffer.WholeLines(checked(Margin(grid) + (grid.Rows * Step(grid)) + WidthMax));

    private static int PixelPlane(in WindowGrid grid) =>
        AlignedBuffer.WholeLines(checked((grid.Height * Step(grid)) + WidthMax));

    private static RowPanels Panels(in ConvolutionShape shape) =>
        RowPanels.Of<TLanes, TVector>(shape.Channels, WidthMax);

    private static int RowsUp(in ConvolutionShape shape)
    {
        var panels = Panels(shape);
        return panels.FirstRow(panels.Count);
    }

    private static int OffsetsFloats(in ConvolutionShape shape) => AlignedBuffer.WholeLines(RowsUp(shape));

    private static int TapFloats(in ConvolutionShape shape) => RowsUp(shape) * shape.Filters;

    /// <summary>One sample and group, onto the pixels.</summary>
    private void RunPart(float* filters)
    {
        var grid = _shape.Grid;
        for (var tap = 0; tap < grid.Taps; tap++, filters += TapFloats(_shape))
        {
            // Pixel (i, j) is seen by the tap from position (i - up, j - left).
            var (up, left) = (grid.Look(0, tap / grid.WindowWidth), grid.Look(0, tap % grid.WindowWidth));
            var (firstRow, endRow) = (Math.Max(0, up), Math.Min(grid.Height, grid.Rows + up));
            if (firstRow >= endRow)
            {
                continue;
            }

            var count = ((endRow - firstRow - 1) * _step) + grid.Width;
            var from = _upstream + _margin + ((nint)(firstRow - up) * _step) - left;
            for (var panel = 0; panel < _panels.Count; panel++)
            {
                var (row, height) = (_panels.FirstRow(panel), _panels.Height(panel));
                var work = new TileWork(
                    _shape.Filters, new Panel(filters + ((nint)row * _shape.Filters), height),
                    new Panel(from, _upstreamPlane), _pixels + ((nint)firstRow * _step), _offsets + row);
                TileShapes.Run<TLanes, TVector, TileWork>(height, count, ref work);
            }
        }
    }

    /// <summary>Tiles of some channels and one tap, added to the pixels.</summary>
    private readonly struct TileWork(int depth, Panel left, Panel right, float* pixels, int* offsets) : ITileWork
    {
        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile =>
            TileKernels.ChainsOnto<TTile>(
                (end - first + TTile.Width - 1) / TTile.Width, depth, left,
                new Panel(right.Data + first, right.Step), TTile.Width, pixels + first, offsets);
    }
}
