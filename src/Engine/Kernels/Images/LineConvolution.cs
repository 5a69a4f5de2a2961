using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution computed line by line: vectors are positions, rows of a tile filters.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. The filters are packed once, and the lines of the
/// <see cref="TapColumns"/> are read in place. The last tiles of a row of them overlap the ones before, and compute the
/// same again.
/// </remarks>
internal static unsafe class LineConvolution
{
    /// <summary>The longest stretch of the inner dimension: a left panel of 14 rows then fills 21 KB.</summary>
    private const int DepthMax = 384;

    /// <summary>Shorter chains, or fewer readers, do not repay putting the lines of a tile together.</summary>
    private const int GatherDepthMin = 64;
    private const int GatherPanelsMin = 8;

    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => checked(
        ConvolutionShape.Lines(shape.Inner)
        + ProductBlock.ScratchFloats<TLanes, TVector>()
        + GatheredFloats<TLanes, TVector>(shape)
        + Columns(shape).Floats);

    /// <summary>Room for the packed filters, which serve any number of samples.</summary>
    internal static int PackedFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        checked(shape.Groups * GroupFloats<TLanes, TVector>(shape));

    /// <summary>
    /// How long a step of the chains of one sample and group takes, as <see cref="TileShapes.StepTime"/> has it.
    /// </summary>
    internal static int StepTime<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var positions = shape.Grid.Positions;
        var panels = RowPanels.Of<TLanes, TVector>(shape.Filters, positions);
        var time = 0;
        for (var done = 0; done < positions;)
        {
            var vectors = Vectors<TLanes, TVector>(positions, done);
            time += panels.StepTime(vectors);
            done += vectors * TLanes.Count;
        }

        return time;
    }

    /// <summary>y = activation(x ∗ w + bias), as <see cref="Convolution.Run"/>.</summary>
    internal static void Run<TLanes, TVector, TActivation>(
        in ConvolutionShape shape,
        int samples,
        float* x,
        float* w,
        float* y,
        float* bias,
        TActivation activation,
        float* packed,
        bool isPacked,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        var columns = Columns(shape);
        var tiles = new TapTiles
        {
            Rows = shape.Filters,
            Stride = shape.Grid.Positions,
            Offsets = (int*)workspace,
            Scratch = workspace + ConvolutionShape.Lines(shape.Inner),
        };
        tiles.Gathered = tiles.Scratch + ProductBlock.ScratchFloats<TLanes, TVector>();
        var copies = tiles.Gathered + GatheredFloats<TLanes, TVector>(shape);
        if (!isPacked)
        {
            Pack<TLanes, TVector>(shape, w, packed);
        }

        columns.WriteOffsets(tiles.Offsets);
        columns.Clear(copies);
        var (imageFloats, resultFloats) = (
            shape.Channels * shape.Grid.ImagePixels, shape.Filters * shape.Grid.Positions);
        for (var part = 0; part < samples * shape.Groups; part++, x += imageFloats, y += resultFloats)
        {
            if (!columns.IsInPlace)
            {
                columns.Fill<TLanes, TVector>(x, copies);
            }

            tiles.C = y;
            tiles.Bias = bias == null ? null : bias + (part % shape.Groups * shape.Filters);
            tiles.Right = columns.IsInPlace ? x : copies;
            var filters = Filters<TLanes, TVector>(shape, packed, part % shape.Groups);
            var steps = Blocking.WidePanels<TLanes, TVector>(shape.Grid.Positions) * filters.Panels.Count;
            RunPart<TLanes, TVector, TActivation>(
                shape, tiles, filters, activation, new ReadAhead(x + imageFloats, imageFloats, steps));
        }
    }

    /// <summary>Tiles read only what lies within a line where one vector does.</summary>
    private static TapColumns Columns(in ConvolutionShape shape) =>
        new(shape.Grid, shape.Channels, staysInside: shape.Grid.Positions >= TapColumns.VectorFloatsMax);

    /// <summary>Vectors across the tile that comes after so many positions.</summary>
    private static int Vectors<TLanes, TVector>(int positions, int done)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        Math.Min(TileShapes.Vectors<TLanes, TVector>(positions - done), Math.Max(positions / TLanes.Count, 1));

    /// <summary>
    /// Room for the lines of a tile, put together; 0 where tiles read them where they lie. Tiles of 256 bits read a
    /// single cache line or two of each, from more places than a first-level cache of 32 KB keeps.
    /// </summary>
    private static int GatheredFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count == 8 && shape.Inner >= GatherDepthMin
            && RowPanels.Of<TLanes, TVector>(shape.Filters, shape.Grid.Positions).Count >= GatherPanelsMin
            ? Math.Min(shape.Inner, DepthMax) * TileShapes.WidthMax<TLanes, TVector>()
            : 0;

    /// <summary>Room for a group's packed filters.</summary>
    private static int GroupFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        PackedLeft.Floats<TLanes, TVector>(shape.Filters, shape.Inner, shape.Grid.Positions);

    private static PackedLeft Filters<TLanes, TVector>(in ConvolutionShape shape, float* packed, int group)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        PackedLeft.Of<TLanes, TVector>(
            packed + ((nint)group * GroupFloats<TLanes, TVector>(shape)),
            shape.Filters,
            shape.Inner,
            shape.Grid.Positions);

    private static void Pack<TLanes, TVector>(in ConvolutionShape shape, float* w, float* packed)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var group = 0; group < shape.Groups; group++)
        {
            var filters = new MatrixView(
                w + ((nint)group * shape.Filters * shape.Inner), shape.Inner, transposed: false);
            Filters<TLanes, TVector>(shape, packed, group).Pack<TLanes, TVector>(filters, shape.Filters);
        }
    }

    /// <summary>One sample and group.</summary>
    private static void RunPart<TLanes, TVector, TActivation>(
        in ConvolutionShape shape, TapTiles tiles, PackedLeft filters, TActivation activation, ReadAhead next)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TActivation : struct, IUnaryOperator
    {
        var positions = shape.Grid.Positions;
        var offsets = tiles.Offsets;
        var gathers = GatheredFloats<TLanes, TVector>(shape) > 0;
        for (var done = 0; done < positions;)
        {
            var vectors = Vectors<TLanes, TVector>(positions, done);
            var count = Math.Min(vectors * TLanes.Count, positions);
            var first = Math.Min(done, positions - count);
            for (var start = 0; start < shape.Inner; start += DepthMax)
            {
                tiles.Depth = Math.Min(shape.Inner - start, DepthMax);
                tiles.Resumes = start > 0;
                tiles.Ends = start + tiles.Depth == shape.Inner;
                tiles.Offsets = offsets + start;
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
