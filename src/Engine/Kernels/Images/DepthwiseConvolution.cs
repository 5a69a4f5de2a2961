using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>The three sums of a depthwise convolution, whose groups have one channel and one filter each.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>. Vectors are groups: so many channels are copied pixel by pixel,
/// [height + 2 · padding, width + 2 · padding, lanes], and so is what belongs to positions, [positions, lanes]. Then
/// every tap is one vector at one place, whatever the stride, and each lane does what
/// <see cref="ConvolutionDefinition"/> says. Where groups are fewer than lanes, the last one is repeated.
/// </remarks>
internal readonly unsafe struct DepthwiseConvolution<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Taps whose sums over positions are kept in registers.</summary>
    private const int TapsAtOnce = 9;

    private readonly WindowGrid _grid;
    private readonly int _groups;
    private readonly int* _taps;
    private readonly int* _places;
    private readonly float* _plain;
    private readonly float* _pixels;
    private readonly float* _results;
    private readonly float* _sums;

    /// <summary>Writes to the workspace where taps and positions lie among the pixels, and zeros around them.</summary>
    internal DepthwiseConvolution(in ConvolutionShape shape, float* workspace)
    {
        (_grid, _groups) = (shape.Grid, shape.Groups);
        _taps = (int*)workspace;
        _places = _taps + AlignedBuffer.WholeLines(_grid.Taps);
        _plain = workspace + AlignedBuffer.WholeLines(_grid.Taps) + AlignedBuffer.WholeLines(_grid.Positions);
        _pixels = _plain + PlainFloats(_grid);
        _results = _pixels + PixelsFloats(_grid);
        _sums = _results + ResultsFloats(_grid);
        WritePlaces(_taps, _grid.WindowHeight, _grid.WindowWidth, _grid.Dilation);
        WritePlaces(_places, _grid.Rows, _grid.Columns, _grid.Stride);
        new Span<float>(_pixels, PixelsFloats(_grid)).Clear();
    }

    private int Width => _grid.Width + (2 * _grid.Padding);

    /// <summary>The first pixel inside the padding.</summary>
    private float* Inside => _pixels + (((_grid.Padding * Width) + _grid.Padding) * TLanes.Count);

    /// <summary>Whether the shape is such a convolution, with groups that fill half a vector or more.</summary>
    internal static bool Fits(in ConvolutionShape shape) =>
        TLanes.Count > 1 && shape.Channels == 1 && shape.Filters == 1 && 2 * shape.Groups >= TLanes.Count;

    internal static int WorkspaceFloats(in ConvolutionShape shape) => checked(
        AlignedBuffer.WholeLines(shape.Grid.Taps) + AlignedBuffer.WholeLines(shape.Grid.Positions)
        + PlainFloats(shape.Grid) + PixelsFloats(shape.Grid) + ResultsFloats(shape.Grid)
        + (shape.Grid.Taps * TLanes.Count));

    /// <summary>Room for the filters of all groups, or for sums that become their gradients.</summary>
    internal static int FiltersFloats(in ConvolutionShape shape) => AlignedBuffer.WholeLines(
        checked((Blocking.RoundUp(shape.Groups, TLanes.Count) * shape.Grid.Taps) + TLanes.Count));

    /// <summary>Packs filters [groups, taps] as [taps, lanes] for each block of groups.</summary>
    internal void Pack(float* w, float* packed)
    {
        var filters = new MatrixView(w, _grid.Taps, transposed: false);
        for (var group = 0; group < _groups; group += TLanes.Count, packed += _grid.Taps * TLanes.Count)
        {
            Packing.Pack<TLanes, TVector>(
                filters, group, _groups - group, 0, _grid.Taps, packed, TLanes.Count);
        }
    }

    /// <summary>y = activation(x ∗ w + bias), with filters that are packed; a null bias adds nothing.</summary>
    internal void Forward<TActivation>(
        int samples, float* x, float* packed, float* y, float* bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var positions = _grid.Positions;
        for (var sample = 0; sample < samples; sample++)
        {
            for (var group = 0; group < _groups; group += TLanes.Count)
            {
                var count = Math.Min(TLanes.Count, _groups - group);
                TakePixels(x, count);
                Chains(packed + ((nint)group * _grid.Taps));
                ChannelPlanes.Write(_results, TLanes.Count, count, positions, y, positions);
                if (bias != null || typeof(TActivation) != typeof(Identity))
                {
                    TileKernels.FinishRows<TLanes, TVector, TActivation>(
                        y, positions, count, positions, bias == null ? null : bias + group, activation);
                }

                x += count * _grid.ImagePixels;
                y += count * positions;
            }
        }
    }

    /// <summary>dx = f(gradient, z), with filters that are packed; z null is the gradient itself.</summary>
    internal void ImageGradient<TOperator>(
        int samples, float* dy, float* packed, float* z, TOperator f, float* dx)
        where TOperator : struct, IBinaryOperator
    {
        for (var sample = 0; sample < samples; sample++)
        {
            for (var group = 0; group < _groups; group += TLanes.Count)
            {
                var count = Math.Min(TLanes.Count, _groups - group);
                TakeResults(dy, count);
                new Span<float>(_pixels, PixelsFloats(_grid)).Clear();
                AddTaps(packed + ((nint)group * _grid.Taps));
                WriteImage(dx, count);
                var floats = count * _grid.ImagePixels;
                if (z != null)
                {
                    ElementWiseLoop.Binary<TLanes, TVector, TOperator>(f, dx, z, dx, floats);
                    z += floats;
                }

                dx += floats;
                dy += count * _grid.Positions;
            }
        }
    }

    /// <summary>One sample's part of the filters' gradient: written to sums as they are packed, or added.</summary>
    internal void AddFilterGradient(float* x, float* dy, float* sums, bool adds)
    {
        for (var group = 0; group < _groups; group += TLanes.Count, sums += _grid.Taps * TLanes.Count)
        {
            var count = Math.Min(TLanes.Count, _groups - group);
            TakePixels(x, count);
            TakeResults(dy, count);
            for (var tap = 0; tap < _grid.Taps; tap += TapsAtOnce)
            {
                SumPositions(Math.Max(0, Math.Min(tap, _grid.Taps - TapsAtOnce)));
            }

            var chains = new Span<float>(_sums, _grid.Taps * TLanes.Count);
            if (adds)
            {
                ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, sums, _sums, sums, chains.Length);
            }
            else
            {
                chains.CopyTo(new Span<float>(sums, chains.Length));
            }

            x += count * _grid.ImagePixels;
            dy += count * _grid.Positions;
        }
    }

    /// <summary>Writes packed sums as filters are: [groups, taps].</summary>
    internal void Unpack(float* sums, float* w)
    {
        for (var group = 0; group < _groups; group++)
        {
            var from = sums + ((nint)(group / TLanes.Count) * _grid.Taps * TLanes.Count) + (group % TLanes.Count);
            for (var tap = 0; tap < _grid.Taps; tap++, from += TLanes.Count)
            {
                *w++ = *from;
            }
        }
    }

    /// <summary>Room for an image without padding, if it has some.</summary>
    private static int PlainFloats(in WindowGrid grid) =>
        grid.Padding == 0 ? 0 : AlignedBuffer.WholeLines(checked((grid.ImagePixels * TLanes.Count) + TLanes.Count));

    private static int PixelsFloats(in WindowGrid grid) => AlignedBuffer.WholeLines(checked(
        ((grid.Height + (2 * grid.Padding)) * (grid.Width + (2 * grid.Padding)) * TLanes.Count) + TLanes.Count));

    private static int ResultsFloats(in WindowGrid grid) =>
        AlignedBuffer.WholeLines(checked((grid.Positions * TLanes.Count) + TLanes.Count));

    private void WritePlaces(int* places, int rows, int columns, int apart)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                *places++ = ((row * Width) + column) * apart * TLanes.Count;
            }
        }
    }

    /// <summary>Copies so many channels inside the padding.</summary>
    private void TakePixels(float* x, int count)
    {
        var channels = new MatrixView(x, _grid.ImagePixels, transposed: false);
        if (_grid.Padding == 0)
        {
            Packing.Pack<TLanes, TVector>(channels, 0, count, 0, _grid.ImagePixels, _pixels, TLanes.Count);
            return;
        }

        Packing.Pack<TLanes, TVector>(channels, 0, count, 0, _grid.ImagePixels, _plain, TLanes.Count);
        ImageRows.Copy<TLanes, TVector>(
            _plain, _grid.Width * TLanes.Count, Inside, Width * TLanes.Count, _grid.Height,
            _grid.Width * TLanes.Count);
    }

    private void TakeResults(float* dy, int count) => Packing.Pack<TLanes, TVector>(
        new MatrixView(dy, _grid.Positions, transposed: false), 0, count, 0, _grid.Positions, _results, TLanes.Count);

    /// <summary>Writes what lies inside the padding to so many channels.</summary>
    private void WriteImage(float* image, int count)
    {
        for (var row = 0; row < _grid.Height; row++)
        {
            ChannelPlanes.Write(
                Inside + ((nint)row * Width * TLanes.Count), TLanes.Count, count, _grid.Width,
                image + ((nint)row * _grid.Width), _grid.ImagePixels);
        }
    }

    /// <summary>Results: a chain over the taps for each position, four at a time.</summary>
    [MethodImpl(HotLoop.Options)]
    private void Chains(float* filters)
    {
        var (taps, positions) = (_grid.Taps, _grid.Positions);
        for (var position = 0; position < positions; position += 4)
        {
            // In place of those behind the last one it is computed again.
            var last = positions - 1;
            var x0 = _pixels + _places[position];
            var x1 = _pixels + _places[Math.Min(position + 1, last)];
            var x2 = _pixels + _places[Math.Min(position + 2, last)];
            var x3 = _pixels + _places[Math.Min(position + 3, last)];
            var (r0, r1, r2, r3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
            var w = filters;
            for (var tap = 0; tap < taps; tap++, w += TLanes.Count)
            {
                var weight = TLanes.Load(w);
                nint at = _taps[tap];
                r0 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(x0 + at), r0);
                r1 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(x1 + at), r1);
                r2 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(x2 + at), r2);
                r3 = TLanes.FusedMultiplyAdd(weight, TLanes.Load(x3 + at), r3);
            }

            TLanes.Store(r0, _results + (position * TLanes.Count));
            TLanes.Store(r1, _results + (Math.Min(position + 1, last) * TLanes.Count));
            TLanes.Store(r2, _results + (Math.Min(position + 2, last) * TLanes.Count));
            TLanes.Store(r3, _results + (Math.Min(position + 3, last) * TLanes.Count));
        }
    }

    /// <summary>Adds to the pixels what each tap sends them, tap after tap.</summary>
    [MethodImpl(HotLoop.Options)]
    private void AddTaps(float* filters)
    {
        var (taps, positions) = (_grid.Taps, _grid.Positions);
        for (var tap = 0; tap < taps; tap++, filters += TLanes.Count)
        {
            var weight = TLanes.Load(filters);
            var pixels = _pixels + _taps[tap];
            var upstream = _results;
            for (nint position = 0; position < positions; position++, upstream += TLanes.Count)
            {
                var pixel = pixels + _places[position];
                var chain = TLanes.FusedMultiplyAdd(weight, TLanes.Load(upstream), TLanes.Zero);
                TLanes.Store(TLanes.Add(TLanes.Load(pixel), chain), pixel);
            }
        }
    }

    /// <summary>Sums: a chain over the positions for each tap from the given one on, as many as are kept.</summary>
    [MethodImpl(HotLoop.Options)]
    private void SumPositions(int first)
    {
        var last = _grid.Taps - 1;
        var x0 = _pixels + _taps[first];
        var x1 = _pixels + _taps[Math.Min(first + 1, last)];
        var x2 = _pixels + _taps[Math.Min(first + 2, last)];
        var x3 = _pixels + _taps[Math.Min(first + 3, last)];
        var x4 = _pixels + _taps[Math.Min(first + 4, last)];
        var x5 = _pixels + _taps[Math.Min(first + 5, last)];
        var x6 = _pixels + _taps[Math.Min(first + 6, last)];
        var x7 = _pixels + _taps[Math.Min(first + 7, last)];
        var x8 = _pixels + _taps[Math.Min(first + 8, last)];
        var (r0, r1, r2) = (TLanes.Zero, TLanes.Zero, TLanes.Zero);
        var (r3, r4, r5) = (TLanes.Zero, TLanes.Zero, TLanes.Zero);
        var (r6, r7, r8) = (TLanes.Zero, TLanes.Zero, TLanes.Zero);
        var upstream = _results;
        var positions = _grid.Positions;
        for (nint position = 0; position < positions; position++, upstream += TLanes.Count)
        {
            var dy = TLanes.Load(upstream);
            nint at = _places[position];
            r0 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x0 + at), r0);
            r1 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x1 + at), r1);
            r2 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x2 + at), r2);
            r3 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x3 + at), r3);
            r4 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x4 + at), r4);
            r5 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x5 + at), r5);
            r6 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x6 + at), r6);
            r7 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x7 + at), r7);
            r8 = TLanes.FusedMultiplyAdd(dy, TLanes.Load(x8 + at), r8);
        }

        TLanes.Store(r0, _sums + (first * TLanes.Count));
        TLanes.Store(r1, _sums + (Math.Min(first + 1, last) * TLanes.Count));
        TLanes.Store(r2, _sums + (Math.Min(first + 2, last) * TLanes.Count));
        TLanes.Store(r3, _sums + (Math.Min(first + 3, last) * TLanes.Count));
        TLanes.Store(r4, _sums + (Math.Min(first + 4, last) * TLanes.Count));
        TLanes.Store(r5, _sums + (Math.Min(first + 5, last) * TLanes.Count));
        TLanes.Store(r6, _sums + (Math.Min(first + 6, last) * TLanes.Count));
        TLanes.Store(r7, _sums + (Math.Min(first + 7, last) * TLanes.Count));
        TLanes.Store(r8, _sums + (Math.Min(first + 8, last) * TLanes.Count));
    }
}
