using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>An image as each column of taps sees it, so that what a tap sees lies without gaps.</summary>
/// <remarks>
/// Shapes: for each channel, each tap column and each remainder of a tap row's place by the stride there is a copy
/// [rows, Columns of the grid]: its row j holds what the taps of that column see in the image's row j · stride +
/// remainder, for each column of positions. A tap row further down sees the copy some rows further on, so the line of a
/// tap, which is what it sees for all positions in their order, is contiguous from its offset on. Taps outside the
/// image see zeros. There is room for one more vector behind the copies, which may be read.
/// </remarks>
internal readonly unsafe struct TapColumns
{
    private const int VectorFloatsMax = 16;

    /// <summary>2 KB: lines a multiple of this apart fall into one or two sets of a first-level cache.</summary>
    private const int CrowdedFloats = 512;

    private readonly WindowGrid _grid;
    private readonly int _channels;
    private readonly int _remainders;
    private readonly int _rows;

    internal TapColumns(in WindowGrid grid, int channels)
    {
        (_grid, _channels) = (grid, channels);
        var reach = (grid.WindowHeight - 1) * grid.Dilation;
        _remainders = Math.Min(grid.Stride, reach + 1);
        _rows = grid.Rows + (reach / grid.Stride);
        CopyFloats = IsInPlace ? grid.ImagePixels : OddLines(checked(_rows * grid.Columns));
    }

    /// <summary>
    /// True where the image itself is what the only column of taps sees, unless its channels lie apart so that their
    /// lines share few sets of a cache.
    /// </summary>
    internal bool IsInPlace =>
        _grid.WindowWidth == 1 && _grid.Stride == 1 && _grid.Padding == 0
        && _grid.Positions >= VectorFloatsMax && _grid.ImagePixels % CrowdedFloats != 0;

    /// <summary>Room for the copies; 0 where the image is read in place.</summary>
    internal int Floats => IsInPlace
        ? 0
        : checked(ConvolutionShape.Lines((_channels * Copies * CopyFloats) + VectorFloatsMax));

    /// <summary>Floats from one copy to the next.</summary>
    private int CopyFloats { get; }

    private int Copies => _grid.WindowWidth * _remainders;

    /// <summary>What taps outside the image see, which stays as it is.</summary>
    internal void Clear(float* copies)
    {
        if (_grid.Padding > 0)
        {
            new Span<float>(copies, Floats).Clear();
        }
    }

    /// <summary>Writes the offset of each line, in the order channel, tap row, tap column.</summary>
    internal void WriteOffsets(int* offsets)
    {
        for (var channel = 0; channel < _channels; channel++)
        {
            for (var tapRow = 0; tapRow < _grid.WindowHeight; tapRow++)
            {
                var (down, remainder) = Math.DivRem(tapRow * _grid.Dilation, _grid.Stride);
                var copy = (channel * Copies) + remainder;
                for (var tapColumn = 0; tapColumn < _grid.WindowWidth; tapColumn++, copy += _remainders)
                {
                    *offsets++ = (copy * CopyFloats) + (down * _grid.Columns);
                }
            }
        }
    }

    /// <summary>Copies an image, all but what taps see outside it.</summary>
    internal void Fill<TLanes, TVector>(float* image, float* copies)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var channel = 0; channel < _channels; channel++, image += _grid.ImagePixels)
        {
            for (var copy = 0; copy < Copies; copy++, copies += CopyFloats)
            {
                FillCopy<TLanes, TVector>(image, copy / _remainders, copy % _remainders, copies);
            }
        }
    }

    private static int OddLines(int floats) => ConvolutionShape.Lines(floats) | AlignedBuffer.LineFloats;

    private void FillCopy<TLanes, TVector>(float* image, int tapColumn, int remainder, float* copy)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (first, end) = _grid.Inside(_grid.Width, _grid.Columns, tapColumn);
        if (first == end)
        {
            return;
        }

        var stride = _grid.Stride;
        var above = _grid.Padding - remainder;
        var firstRow = above <= 0 ? 0 : (above + stride - 1) / stride;
        var endRow = Math.Min(_rows, (_grid.Height - 1 + above + stride) / stride); // the dividend is not below 0
        var from = image + _grid.Look(first, tapColumn) + ((nint)((firstRow * stride) - above) * _grid.Width);
        var to = copy + ((nint)firstRow * _grid.Columns) + first;
        if (stride > 1)
        {
            CopyApart(from, to, endRow - firstRow, end - first);
        }
        else
        {
            CopyRows<TLanes, TVector>(from, to, endRow - firstRow, end - first);
        }
    }

    [MethodImpl(HotLoop.Options)]
    private void CopyApart(float* from, float* to, int rows, int count)
    {
        nint stride = _grid.Stride;
        for (; rows > 0; rows--, from += stride * _grid.Width, to += _grid.Columns)
        {
            var source = from;
            for (var i = 0; i < count; i++, source += stride)
            {
                to[i] = *source;
            }
        }
    }

    /// <summary>The last floats of a row overlap the ones before.</summary>
    [MethodImpl(HotLoop.Options)]
    private void CopyRows<TLanes, TVector>(float* from, float* to, int rows, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (fromStep, toStep) = (_grid.Width, _grid.Columns);
        for (; rows > 0; rows--, from += fromStep, to += toStep)
        {
            nint i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(from + i), to + i);
            }

            if (TLanes.Count > 8 && i <= count - 8)
            {
                Vector256.Store(Vector256.Load(from + i), to + i);
                i += 8;
            }

            if (TLanes.Count > 4 && i <= count - 4)
            {
                Vector128.Store(Vector128.Load(from + i), to + i);
                i += 4;
            }

            if (i < count && count >= 4)
            {
                Vector128.Store(Vector128.Load(from + count - 4), to + count - 4);
                continue;
            }

            for (; i < count; i++)
            {
                to[i] = from[i];
            }
        }
    }
}
