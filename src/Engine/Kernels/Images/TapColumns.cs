using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>An image as each column of taps sees it, so that what a tap sees lies without gaps.</summary>
/// <remarks>
/// Shapes: for each channel, each tap column and each remainder of a tap row's place by the stride there is a copy
/// [rows, Columns of the grid]: its row j holds what the taps of that column see in the image's row j · stride +
/// remainder, for each column of positions. A tap row further down sees the copy some rows further on, so the line of a
/// tap, which is what it sees for all positions in their order, is contiguous from its offset on. Taps outside the
/// image see zeros.
/// </remarks>
internal readonly unsafe struct TapColumns
{
    /// <summary>Floats behind the copies that may be read.</summary>
    internal const int VectorFloatsMax = 16;

    /// <summary>2 KB: lines a multiple of this apart fall into one or two sets of a first-level cache.</summary>
    private const int CrowdedFloats = 512;

    /// <summary>Copies that are filled from a channel before the next one, so that it is near.</summary>
    private const int CopiesAtOnce = 64;

    private readonly WindowGrid _grid;
    private readonly int _channels;
    private readonly int _remainders;
    private readonly int _rows;

    /// <param name="staysInside">Whether what reads a line reads nothing but its positions.</param>
    internal TapColumns(in WindowGrid grid, int channels, bool staysInside)
    {
        (_grid, _channels) = (grid, channels);
        IsInPlace = staysInside && grid.WindowWidth == 1 && grid.Stride == 1 && grid.Padding == 0
            && grid.ImagePixels % CrowdedFloats != 0;
        var reach = (grid.WindowHeight - 1) * grid.Dilation;
        _remainders = Math.Min(grid.Stride, reach + 1);
        _rows = grid.Rows + (reach / grid.Stride);
        CopyFloats = IsInPlace ? grid.ImagePixels : OddLines(checked(_rows * grid.Columns));
    }

    /// <summary>
    /// True where the image itself is what the only column of taps sees, unless its channels lie apart so that their
    /// lines share few sets of a cache.
    /// </summary>
    internal bool IsInPlace { get; }

    /// <summary>Room for the copies; 0 where the image is read in place.</summary>
    internal int Floats => IsInPlace
        ? 0
        : checked(AlignedBuffer.WholeLines((_channels * Copies * CopyFloats) + VectorFloatsMax));

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
        var seen = stackalloc SeenPart[CopiesAtOnce];
        for (var first = 0; first < Copies; first += CopiesAtOnce)
        {
            var count = Math.Min(Copies - first, CopiesAtOnce);
            for (var i = 0; i < count; i++)
            {
                seen[i] = SeenBy((first + i) / _remainders, (first + i) % _remainders);
            }

            for (nint channel = 0; channel < _channels; channel++)
            {
                var to = copies + (((channel * Copies) + first) * CopyFloats);
                for (var i = 0; i < count; i++, to += CopyFloats)
                {
                    CopyPart<TLanes, TVector>(image + (channel * _grid.ImagePixels), seen[i], to);
                }
            }
        }
    }

    private static int OddLines(int floats) => AlignedBuffer.WholeLines(floats) | AlignedBuffer.LineFloats;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyPart<TLanes, TVector>(float* image, SeenPart part, float* copy)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (_grid.Stride > 1)
        {
            ImageRows.CopyEvery(
                _grid.Stride, image + part.From, _grid.Stride * _grid.Width, copy + part.To, _grid.Columns, part.Rows,
                part.Count);
        }
        else
        {
            ImageRows.Copy<TLanes, TVector>(
                image + part.From, _grid.Width, copy + part.To, _grid.Columns, part.Rows, part.Count);
        }
    }

    /// <summary>What a column of taps sees of an image; nothing has no rows.</summary>
    private SeenPart SeenBy(int tapColumn, int remainder)
    {
        var (first, end) = _grid.Inside(_grid.Width, _grid.Columns, tapColumn);
        var stride = _grid.Stride;
        var above = _grid.Padding - remainder;
        var firstRow = above <= 0 ? 0 : (above + stride - 1) / stride;
        var endRow = Math.Min(_rows, (_grid.Height - 1 + above + stride) / stride); // the dividend is not below 0
        return new SeenPart(
            _grid.Look(first, tapColumn) + (((firstRow * stride) - above) * _grid.Width),
            (firstRow * _grid.Columns) + first,
            first == end ? 0 : endRow - firstRow,
            end - first);
    }

    /// <summary>Where a part of an image begins there and in its copy; its rows, and the floats of each.</summary>
    private readonly record struct SeenPart(int From, int To, int Rows, int Count);
}
