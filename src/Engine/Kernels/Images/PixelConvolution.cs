using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution computed pixel by pixel: vectors are filters, rows of a tile positions.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. Positions that follow each other lie together in each line of the
/// <see cref="TapColumns"/>, so a tile reads its rows there. The last tile overlaps the one before it and computes the
/// same again, or reads behind the last position where chains go on from what is there. Sums are [positions, filters],
/// and turned into the result a sample at a time.
/// </remarks>
internal readonly unsafe struct PixelConvolution<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The longest stretch of the inner dimension: a right panel of 64 filters then fills 96 KB.</summary>
    private const int DepthMax = 384;

    /// <summary>What it takes to turn and finish a float, in the units of <see cref="TileShapes.StepTime"/>.</summary>
    private const int TurnTime = 2;

    private readonly ConvolutionShape _shape;
    private readonly TapColumns _columns;
    private readonly RowPanels _panels;
    private readonly int _stripe;
    private readonly int* _offsets;
    private readonly float* _sums;
    private readonly float* _copies;
    private readonly float* _filters;

    internal PixelConvolution(in ConvolutionShape shape, float* packed, float* workspace)
    {
        _shape = shape;
        _columns = Columns(shape);
        _panels = Panels(shape);
        _stripe = TileShapes.Stripe<TLanes, TVector>(shape.Filters);
        _offsets = (int*)workspace;
        _sums = workspace + AlignedBuffer.WholeLines(shape.Inner);
        _copies = _sums + SumsFloats(shape);
        _filters = packed;
    }

    /// <summary>How long one sample and group takes, in the units of <see cref="TileShapes.StepTime"/>.</summary>
    internal static long Time(in ConvolutionShape shape)
    {
        var panels = Panels(shape);
        var stripe = TileShapes.Stripe<TLanes, TVector>(shape.Filters);
        var step = 0;
        for (var filter = 0; filter < shape.Filters; filter += stripe)
        {
            step += panels.StepTime(Width(shape, stripe, filter) / TLanes.Count);
        }

        return ((long)shape.Inner * step) + ((long)TurnTime * shape.Grid.Positions * shape.Filters);
    }

    internal static int WorkspaceFloats(in ConvolutionShape shape) =>
        checked(AlignedBuffer.WholeLines(shape.Inner) + SumsFloats(shape) + Columns(shape).Floats);

    internal static int PackedFloats(in ConvolutionShape shape) => checked(shape.Groups * GroupFloats(shape));

    internal void Pack(float* w)
    {
        for (var group = 0; group < _shape.Groups; group++)
        {
            var filters = new MatrixView(
                w + ((nint)group * _shape.Filters * _shape.Inner), _shape.Inner, transposed: false);
            for (var filter = 0; filter < _shape.Filters; filter += _stripe)
            {
                var panel = Right(group, filter, 0);
                Packing.Pack<TLanes, TVector>(
                    filters, filter, _shape.Filters - filter, 0, _shape.Inner, panel.Data, (int)panel.Step);
            }
        }
    }

    /// <summary>y = activation(x ∗ w + bias), as <see cref="Convolution.Run"/>, with filters that are packed.</summary>
    internal void Run<TActivation>(int samples, float* x, float* y, float* bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        _columns.WriteOffsets(_offsets);
        _columns.Clear(_copies);
        var (imageFloats, resultFloats) = (
            _shape.Channels * _shape.Grid.ImagePixels, _shape.Filters * _shape.Grid.Positions);
        var steps = ((_shape.Filters + _stripe - 1) / _stripe) * ((_shape.Inner + DepthMax - 1) / DepthMax);
        for (var part = 0; part < samples * _shape.Groups; part++, x += imageFloats, y += resultFloats)
        {
            if (!_columns.IsInPlace)
            {
                _columns.Fill<TLanes, TVector>(x, _copies);
            }

            var group = part % _shape.Groups;
            var next = new ReadAhead(x + imageFloats, imageFloats, steps);
            for (var filter = 0; filter < _shape.Filters; filter += _stripe)
            {
                for (var start = 0; start < _shape.Inner; start += DepthMax)
                {
                    var right = Right(group, filter, start);
                    var work = new PanelWork(in this, _columns.IsInPlace ? x : _copies, right, start, filter);
                    work.Run(_panels);
                    next.Step();
                }
            }

            Finish(y, bias == null ? null : bias + (group * _shape.Filters), activation);
        }
    }

    private static RowPanels Panels(in ConvolutionShape shape) => RowPanels.Of<TLanes, TVector>(
        shape.Grid.Positions, TileShapes.Stripe<TLanes, TVector>(shape.Filters));

    private static TapColumns Columns(in ConvolutionShape shape)
    {
        var panels = Panels(shape);
        var isWhole = panels.FirstRow(panels.Count) == shape.Grid.Positions;
        return new TapColumns(shape.Grid, shape.Channels, staysInside: isWhole || Overlaps(shape, panels));
    }

    /// <summary>Whether the last tile may begin before its place.</summary>
    private static bool Overlaps(in ConvolutionShape shape, RowPanels panels) =>
        shape.Inner <= DepthMax && shape.Grid.Positions >= panels.Height(0);

    /// <summary>Columns of the panel that begins with the given filter.</summary>
    private static int Width(in ConvolutionShape shape, int stripe, int filter) =>
        Math.Min(stripe, Blocking.RoundUp(shape.Filters - filter, TLanes.Count));

    private static int SumsFloats(in ConvolutionShape shape)
    {
        var panels = Panels(shape);
        return AlignedBuffer.WholeLines(
            checked(panels.FirstRow(panels.Count) * Blocking.RoundUp(shape.Filters, TLanes.Count)));
    }

    /// <summary>Room for a group's packed filters, and the vector behind a panel that packing may write.</summary>
    private static int GroupFloats(in ConvolutionShape shape) => AlignedBuffer.WholeLines(
        checked((Blocking.RoundUp(shape.Filters, TLanes.Count) * shape.Inner) + TLanes.Count));

    /// <summary>The packed panel that begins with the given filter, from a place of the inner dimension on.</summary>
    private Panel Right(int group, int filter, int start)
    {
        var width = Width(_shape, _stripe, filter);
        return new Panel(
            _filters + ((nint)group * GroupFloats(_shape)) + ((nint)filter * _shape.Inner) + ((nint)start * width),
            width);
    }

    /// <summary>One sample's and group's result.</summary>
    private void Finish<TActivation>(float* y, float* bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var (positions, filters) = (_shape.Grid.Positions, _shape.Filters);
        ChannelPlanes.Write(_sums, Blocking.RoundUp(filters, TLanes.Count), filters, positions, y, positions);
        if (bias != null || typeof(TActivation) != typeof(Identity))
        {
            TileKernels.FinishRows<TLanes, TVector, TActivation>(y, positions, filters, positions, bias, activation);
        }
    }

    /// <summary>A stretch of the chains of all positions with the filters of one panel.</summary>
    private ref struct PanelWork(
        ref readonly PixelConvolution<TLanes, TVector> convolution, float* image, Panel right, int start, int filter)
        : ITileWork
    {
        private readonly ref readonly PixelConvolution<TLanes, TVector> _convolution = ref convolution;
        private int _from;
        private int _end;

        internal void Run(RowPanels panels)
        {
            Run(panels, 0, panels.TallCount);
            Run(panels, panels.TallCount, panels.Count);
        }

        public readonly void Run<TTile>(int first, int last)
            where TTile : struct, ITile
        {
            ref readonly var all = ref _convolution;
            var depth = Math.Min(all._shape.Inner - start, DepthMax);
            var stride = Blocking.RoundUp(all._shape.Filters, TLanes.Count);
            var rowMax = Overlaps(all._shape, all._panels) ? all._shape.Grid.Positions - TTile.Height : int.MaxValue;
            for (var panel = _from; panel < _end; panel++)
            {
                var row = Math.Min(all._panels.FirstRow(panel), rowMax);
                Chain<TTile>(
                    depth, image + row, all._offsets + start, right, all._sums + ((nint)row * stride) + filter, stride,
                    resumes: start > 0);
            }
        }

        /// <summary>Panels of the same height, from … to before the end.</summary>
        private void Run(RowPanels panels, int from, int end)
        {
            if (from < end)
            {
                (_from, _end) = (from, end);
                TileShapes.Run<TLanes, TVector, PanelWork>(panels.Height(from), (int)right.Step, ref this);
            }
        }

        /// <summary>The same as <see cref="TileKernels.Chain"/>, with the left factor read by a table.</summary>
        [MethodImpl(HotLoop.Options)]
        private static void Chain<TTile>(
            int depth, float* left, int* offsets, Panel right, float* c, nint stride, bool resumes)
            where TTile : struct, ITile
        {
            var b = right.Data;
            var step = right.Step;
            var tile = default(TTile);
            if (resumes)
            {
                tile.Load(c, stride);
            }

            nint k = 0;
            if ((depth & 1) != 0)
            {
                tile.MultiplyAdd(left + offsets[k++], b);
                b += step;
            }

            for (; k < depth; k += 2)
            {
                tile.MultiplyAdd(left + offsets[k], b);
                tile.MultiplyAdd(left + offsets[k + 1], b + step);
                b += 2 * step;
            }

            tile.Store(c, stride);
        }
    }
}
