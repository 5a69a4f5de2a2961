using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution's gradient to its images, computed pixel by pixel: vectors are channels.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. The product dyᵀ · w has a row for each position, whose columns are the
/// runs of a <see cref="ChannelsLast"/> image. A row of a tile is added to one place of the image; dy is read where it
/// lies. Within a tile one tap's columns are added for all rows before the next tap's, and run comes after run, so each
/// pixel's taps ascend.
/// </remarks>
internal unsafe struct PixelGradient<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Packed filters of more floats than this, 1 MB, do not stay in a second-level cache.</summary>
    private const int FiltersNearMax = 256 * 1024;

    private readonly ConvolutionShape _shape;
    private readonly ChannelsLast _image;
    private readonly RowPanels _panels;
    private readonly int _stripe;
    private readonly bool _readsInPlace;
    private readonly int* _offsets;
    private readonly float* _tile;
    private readonly float* _pixels;
    private readonly float* _left;
    private readonly float* _filters;
    private readonly nint _filtersFloats;
    private ReadAhead _nextLeft;
    private ReadAhead _result;

    internal PixelGradient(in ConvolutionShape shape, float* packed, float* workspace)
    {
        _shape = shape;
        _image = new ChannelsLast(shape.Grid, shape.Channels);
        _stripe = TileShapes.Stripe<TLanes, TVector>(_image.RunColumns);
        _panels = RowPanels.Of<TLanes, TVector>(shape.Grid.Positions, _stripe);
        _readsInPlace = Blocking.ReadsInPlace(shape.Grid.Positions, uses: int.MaxValue);
        _offsets = (int*)workspace;
        _tile = workspace + AlignedBuffer.WholeLines(shape.Grid.Positions);
        _pixels = _tile + ProductBlock.ScratchFloats<TLanes, TVector>();
        _left = _pixels + _image.Floats;
        _filters = packed;
        _filtersFloats = FilterFloats(shape);
    }

    private readonly int TilesAcross => _image.Runs * ((_image.RunColumns + _stripe - 1) / _stripe);

    internal static int WorkspaceFloats(in ConvolutionShape shape) => checked(
        AlignedBuffer.WholeLines(shape.Grid.Positions)
        + ProductBlock.ScratchFloats<TLanes, TVector>()
        + new ChannelsLast(shape.Grid, shape.Channels).Floats
        + LeftFloats(shape));

    internal static int PackedFloats(in ConvolutionShape shape) => checked(shape.Groups * FilterFloats(shape));

    internal readonly void Pack(float* w)
    {
        for (var group = 0; group < _shape.Groups; group++)
        {
            _image.Pack<TLanes, TVector>(
                w + ((nint)group * _shape.Filters * _shape.Inner),
                _shape.Filters,
                _stripe,
                _filters + (group * _filtersFloats),
                _pixels);
        }
    }

    /// <summary>dx = f(gradient, z), from dy and the filters that are packed; z null is the gradient itself.</summary>
    internal void Run<TOperator>(int samples, float* dy, float* z, TOperator f, float* dx)
        where TOperator : struct, IBinaryOperator
    {
        _image.WriteOffsets(_offsets);
        var (upstreamFloats, imageFloats) = (
            _shape.Filters * _shape.Grid.Positions, _shape.Channels * _shape.Grid.ImagePixels);
        for (var part = 0; part < samples * _shape.Groups; part++, dy += upstreamFloats, dx += imageFloats)
        {
            _result = new ReadAhead(dx, imageFloats, _panels.Count * TilesAcross);
            new Span<float>(_pixels, _image.Floats).Clear();
            RunPart(dy, _filters + (part % _shape.Groups * _filtersFloats));
            _image.Take(_pixels, dx);
            if (z != null)
            {
                ElementWiseLoop.Binary<TLanes, TVector, TOperator>(f, dx, z, dx, imageFloats);
                z += imageFloats;
            }
        }
    }

    private static int LeftFloats(in ConvolutionShape shape) => AlignedBuffer.WholeLines(
        checked((TileShapes.HeightMax<TLanes, TVector>() * shape.Filters) + TLanes.Count));

    private static int FilterFloats(in ConvolutionShape shape)
    {
        var image = new ChannelsLast(shape.Grid, shape.Channels);
        return AlignedBuffer.WholeLines(
            checked(image.Runs * Blocking.RoundUp(image.RunColumns, TLanes.Count) * shape.Filters));
    }

    /// <summary>One sample and group, onto the pixels.</summary>
    private void RunPart(float* dy, float* filters)
    {
        if (_filtersFloats > FiltersNearMax && _readsInPlace)
        {
            RunStripes(dy, filters);
            return;
        }

        var positions = _shape.Grid.Positions;
        for (var panel = _panels.Count - 1; panel >= 0; panel--)
        {
            var next = panel > 0
                ? dy + _panels.FirstRow(panel - 1)
                : dy + ((nint)_shape.Filters * positions) + _panels.FirstRow(panel);
            _nextLeft = new ReadAhead(next, positions, _shape.Filters, TilesAcross);
            RunPanel(panel, Left(dy, panel), filters);
        }
    }

    /// <summary>Dy at some positions, read where it lies if all are there.</summary>
    private readonly Panel Left(float* dy, int panel)
    {
        var positions = _shape.Grid.Positions;
        var (first, height) = (_panels.FirstRow(panel), _panels.Height(panel));
        if (positions - first >= height && _readsInPlace)
        {
            return new Panel(dy + first, positions);
        }

        var upstream = new MatrixView(dy, positions, transposed: true);
        Packing.Pack<TLanes, TVector>(upstream, first, positions - first, 0, _shape.Filters, _left, height);
        return new Panel(_left, height);
    }

    /// <summary>Some positions' rows, all runs.</summary>
    private void RunPanel(int panel, Panel left, float* filters)
    {
        var columns = _image.RunColumns;
        for (var run = 0; run < _image.Runs; run++)
        {
            for (int column = 0, some; column < columns; column += some)
            {
                some = columns - column < _stripe ? columns - column : (columns - column) / _stripe * _stripe;
                RunTiles(panel, left, filters, _pixels + _image.RunOffset(run), column, some);
                filters += (nint)_shape.Filters * Blocking.RoundUp(some, TLanes.Count);
                for (var stripe = 0; stripe < some; stripe += _stripe)
                {
                    _nextLeft.Step();
                    _result.Step();
                }
            }
        }
    }

    /// <summary>
    /// Stripe by stripe for all positions, so that filters come from further away once for each sample, not for each
    /// panel of positions. Each pixel's taps still ascend.
    /// </summary>
    private readonly void RunStripes(float* dy, float* filters)
    {
        for (var run = 0; run < _image.Runs; run++)
        {
            for (var column = 0; column < _image.RunColumns; column += _stripe)
            {
                var some = Math.Min(_stripe, _image.RunColumns - column);
                for (var panel = _panels.Count - 1; panel >= 0; panel--)
                {
                    RunTiles(panel, Left(dy, panel), filters, _pixels + _image.RunOffset(run), column, some);
                }

                filters += (nint)_shape.Filters * Blocking.RoundUp(some, TLanes.Count);
            }
        }
    }

    /// <summary>Tiles of some positions' rows and of so many columns of a run, which begins at pixels.</summary>
    private readonly void RunTiles(int panel, Panel left, float* filters, float* pixels, int column, int columns)
    {
        var (first, height) = (_panels.FirstRow(panel), _panels.Height(panel));
        var rows = Math.Min(height, _shape.Grid.Positions - first);
        var work = new TileWork(in this, left, filters, _offsets + first, rows, pixels, column, columns);
        TileShapes.Run<TLanes, TVector, TileWork>(height, Math.Min(columns, _stripe), ref work);
    }

    /// <summary>
    /// So many columns from one on. Tiles are added from registers where their rows, if they overlap, do so in whole
    /// vectors.
    /// </summary>
    private readonly void RunTiles<TTile>(
        Panel left, float* filters, int* offsets, int rows, float* pixels, int column, int columns)
        where TTile : struct, ITile
    {
        if (rows == TTile.Height && columns % TTile.Width == 0 && _shape.Channels % TLanes.Count == 0)
        {
            TileKernels.ChainsOnto<TTile>(
                columns / TTile.Width, _shape.Filters, left, new Panel(filters, TTile.Width),
                (nint)_shape.Filters * TTile.Width, pixels + column, offsets);
            return;
        }

        for (var end = column + columns; column < end; column += TTile.Width)
        {
            var right = new Panel(filters, TTile.Width);
            TileKernels.Chain<TTile>(_shape.Filters, left, right, _tile, TTile.Width, resume: false);
            AddTile(
                TTile.Width, Math.Min(TTile.Width, end - column), column % _shape.Channels, offsets, rows,
                pixels + column);
            filters += (nint)_shape.Filters * TTile.Width;
        }
    }

    /// <summary>Adds a tile's columns, the first of them of the given channel, to the pixels tap by tap.</summary>
    private readonly void AddTile(int width, int columns, int channel, int* offsets, int rows, float* pixels)
    {
        for (var column = 0; column < columns; channel = 0)
        {
            var count = Math.Min(_shape.Channels - channel, columns - column);
            ChannelsLast.Add<TLanes, TVector>(_tile + column, width, count, offsets, rows, pixels + column);
            column += count;
        }
    }

    /// <summary>Tiles of some rows and one run, all of the same shape.</summary>
    private readonly ref struct TileWork(
        ref readonly PixelGradient<TLanes, TVector> gradient,
        Panel left,
        float* filters,
        int* offsets,
        int rows,
        float* pixels,
        int column,
        int columns) : ITileWork
    {
        private readonly ref readonly PixelGradient<TLanes, TVector> _gradient = ref gradient;

        public void Run<TTile>(int first, int end)
            where TTile : struct, ITile =>
            _gradient.RunTiles<TTile>(left, filters, offsets, rows, pixels, column, columns);
    }
}
