using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution computed line by line: vectors are positions, rows of a tile filters.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. The filters are packed once, and the lines of the
/// <see cref="TapColumns"/> are read in place. The last tiles of a row of them overlap the ones before, and compute the
/// same again.
/// </remarks>
internal readonly unsafe struct LineConvolution<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The longest stretch of the inner dimension: a left panel of 14 rows then fills 21 KB.</summary>
    private const int DepthMax = 384;

    /// <summary>Shorter chains, or fewer readers, do not repay putting the lines of a tile together.</summary>
    private const int GatherDepthMin = 64;
    private const int GatherPanelsMin = 8;

    private readonly ConvolutionShape _shape;
    private readonly TapColumns _columns;
    private readonly int* _offsets;
    private readonly float* _tile;
    private readonly float* _gathered;
    private readonly float* _copies;
    private readonly float* _filters;

    internal LineConvolution(in ConvolutionShape shape, float* packed, float* workspace)
    {
        _shape = shape;
        _columns = Columns(shape);
        _offsets = (int*)workspace;
        _tile = workspace + AlignedBuffer.WholeLines(shape.Inner);
        _gathered = _tile + ProductBlock.ScratchFloats<TLanes, TVector>();
        _copies = _gathered + GatheredFloats(shape);
        _filters = packed;
    }

    /// <summary>
    /// How long a step of the chains of one sample and group takes, as <see cref="TileShapes.StepTime"/> has it.
    /// </summary>
    internal static int StepTime(in ConvolutionShape shape)
    {
        var positions = shape.Grid.Positions;
        var panels = RowPanels.Of<TLanes, TVector>(shape.Filters, positions);
        var time = 0;
        for (var done = 0; done < positions;)
        {
            var vectors = Vectors(positions, done);
            time += panels.StepTime(vectors);
            done += vectors * TLanes.Count;
        }

        return time;
    }

    internal static int WorkspaceFloats(in ConvolutionShape shape) => checked(
        AlignedBuffer.WholeLines(shape.Inner)
        + ProductBlock.ScratchFloats<TLanes, TVector>()
        + GatheredFloats(shape)
        + Columns(shape).Floats);

    internal static int PackedFloats(in ConvolutionShape shape) => checked(shape.Groups * GroupFloats(shape));

    internal void Pack(float* w)
    {
        for (var group = 0; group < _shape.Groups; group++)
        {
            var filters = new MatrixView(
                w + ((nint)group * _shape.Filters * _shape.Inner), _shape.Inner, transposed: false);
            Filters(group).Pack<TLanes, TVector>(filters, _shape.Filters);
        }
    }

    /// <summary>y = activation(x ∗ w + bias), as <see cref="Convolution.Run"/>, with filters that are packed.</summary>
    internal void Run<TActivation>(int samples, float* x, float* y, float* bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var tiles = new TapTiles
        {
            Rows = _shape.Filters,
            Stride = _shape.Grid.Positions,
            Scratch = _tile,
            Gathered = _gathered,
        };
        _columns.WriteOffsets(_offsets);
        _columns.Clear(_copies);
        var (imageFloats, resultFloats) = (
            _shape.Channels * _shape.Grid.ImagePixels, _shape.Filters * _shape.Grid.Positions);
        for (var part = 0; part < samples * _shape.Groups; part++, x += imageFloats, y += resultFloats)
        {
            if (!_columns.IsInPlace)
            {
                _columns.Fill<TLanes, TVector>(x, _copies);
            }

            tiles.C = y;
            tiles.Bias = bias == null ? null : bias + (part % _shape.Groups * _shape.Filters);
            tiles.Right = _columns.IsInPlace ? x : _copies;
            var filters = Filters(part % _shape.Groups);
            var steps = Blocking.WidePanels<TLanes, TVector>(_shape.Grid.Positions) * filters.Panels.Count;
            RunPart(tiles, filters, activation, new ReadAhead(x + imageFloats, imageFloats, steps));
        }
    }

    /// <summary>Tiles read only what lies within a line where one vector does.</summary>
    private static TapColumns Columns(in ConvolutionShape shape) =>
        new(shape.Grid, shape.Channels, staysInside: shape.Grid.Positions >= TapColumns.VectorFloatsMax);

    /// <summary>Vectors across the tile that comes after so many positions.</summary>
    private static int Vectors(int positions, int done) =>
        Math.Min(TileShapes.Vectors<TLanes, TVector>(positions - done), Math.Max(positions / TLanes.Count, 1));

    /// <summary>
    /// Room for the lines of a tile, put together; 0 where tiles read them where they lie. Tiles of 256 bits read a
    /// single cache line or two of each, from more places than a first-level cache of 32 KB keeps.
    /// </summary>
    private static int GatheredFloats(in ConvolutionShape shape) =>
        TLanes.Count == 8 && shape.Inner >= GatherDepthMin
            && RowPanels.Of<TLanes, TVector>(shape.Filters, shape.Grid.Positions).Count >= GatherPanelsMin
            ? Math.Min(shape.Inner, DepthMax) * TileShapes.WidthMax<TLanes, TVector>()
            : 0;

    /// <summary>Room for a group's packed filters.</summary>
    private static int GroupFloats(in ConvolutionShape shape) =>
        PackedLeft.Floats<TLanes, TVector>(shape.Filters, shape.Inner, shape.Grid.Positions);

    private PackedLeft Filters(int group) => PackedLeft.Of<TLanes, TVector>(
        _filters + ((nint)group * GroupFloats(_shape)), _shape.Filters, _shape.Inner, _shape.Grid.Positions);

    /// <summary>One sample and group.</summary>
    private void RunPart<TActivation>(TapTiles tiles, PackedLeft filters, TActivation activation, ReadAhead next)
        where TActivation : struct, IUnaryOperator
    {
        var positions = _shape.Grid.Positions;
        var gathers = GatheredFloats(_shape) > 0;
        for (var done = 0; done < positions;)
        {
            var count = Math.Min(Vectors(positions, done) * TLanes.Count, positions);
            var first = Math.Min(done, positions - count);
            for (var start = 0; start < _shape.Inner; start += DepthMax)
            {
                tiles.Depth = Math.Min(_shape.Inner - start, DepthMax);
                tiles.Resumes = start > 0;
                tiles.Ends = start + tiles.Depth == _shape.Inner;
                tiles.Offsets = _offsets + start;
                tiles.IsGathered = gathers && count == TileShapes.WidthMax<TLanes, TVector>();
                if (tiles.IsGathered)
                {
                    tiles.Gather<WideRow<TLanes, TVector>>(first);
                }

                tiles.Run<TLanes, TVector, TActivation>(filters, start, first, count, activation);
                for (var panel = 0; panel < filters.Panels.Count; panel++)
                {
                    next.Step();
                }
            }

            done = first + count;
        }
    }
}
