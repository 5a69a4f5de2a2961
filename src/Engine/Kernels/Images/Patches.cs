using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>What the windows see, as a matrix: a row for each channel and tap, a column for each position.</summary>
/// <remarks>
/// Shapes: image [channels, height, width]; patches [channels · taps, positions], rows in the order channel, tap row,
/// tap column. A tap outside the image sees +0.
/// </remarks>
internal static unsafe class Patches
{
    /// <summary>Writes the patches of the rows of positions firstRow … firstRow + rows − 1.</summary>
    internal static void Gather<TLanes, TVector>(
        in WindowGrid grid, int channels, float* image, int firstRow, int rows, float* patches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var channel = 0; channel < channels; channel++, image += grid.ImagePixels)
        {
            for (var tapRow = 0; tapRow < grid.WindowHeight; tapRow++)
            {
                for (var tapColumn = 0; tapColumn < grid.WindowWidth; tapColumn++)
                {
                    GatherTap<TLanes, TVector>(grid, image, tapRow, tapColumn, firstRow, rows, patches);
                    patches += rows * grid.Columns;
                }
            }
        }
    }

    /// <summary>Adds the patches of all positions to the pixels they come from, row of patches by row.</summary>
    /// <remarks>A pixel's sum is one chain of additions over the taps that see it, ascending.</remarks>
    internal static void Scatter<TLanes, TVector>(in WindowGrid grid, int channels, float* patches, float* image)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var channel = 0; channel < channels; channel++, image += grid.ImagePixels)
        {
            for (var tapRow = 0; tapRow < grid.WindowHeight; tapRow++)
            {
                for (var tapColumn = 0; tapColumn < grid.WindowWidth; tapColumn++)
                {
                    ScatterTap<TLanes, TVector>(grid, patches, tapRow, tapColumn, image);
                    patches += grid.Positions;
                }
            }
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void GatherTap<TLanes, TVector>(
        in WindowGrid grid, float* image, int tapRow, int tapColumn, int firstRow, int rows, float* to)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (columns, stride, width) = (grid.Columns, grid.Stride, grid.Width);
        var (first, end) = grid.Inside(width, columns, tapColumn);
        var column = grid.Look(first, tapColumn);
        for (var row = firstRow; row < firstRow + rows; row++, to += columns)
        {
            var look = grid.Look(row, tapRow);
            if ((uint)look >= (uint)grid.Height || first == end)
            {
                new Span<float>(to, columns).Clear();
                continue;
            }

            var from = image + ((nint)look * width) + column;
            Clear(to, 0, first);
            if (stride == 1)
            {
                Copy<TLanes, TVector>(from, to + first, end - first);
            }
            else
            {
                for (var i = first; i < end; i++, from += stride)
                {
                    to[i] = *from;
                }
            }

            Clear(to, end, columns);
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void ScatterTap<TLanes, TVector>(
        in WindowGrid grid, float* from, int tapRow, int tapColumn, float* image)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (columns, stride, width) = (grid.Columns, grid.Stride, grid.Width);
        var (first, end) = grid.Inside(width, columns, tapColumn);
        var column = grid.Look(first, tapColumn);
        for (var row = 0; row < grid.Rows; row++, from += columns)
        {
            var look = grid.Look(row, tapRow);
            if ((uint)look >= (uint)grid.Height)
            {
                continue;
            }

            var to = image + ((nint)look * width) + column;
            if (stride == 1)
            {
                Add<TLanes, TVector>(from + first, to, end - first);
                continue;
            }

            for (var i = first; i < end; i++, to += stride)
            {
                *to += from[i];
            }
        }
    }

    private static void Clear(float* to, int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            to[i] = 0;
        }
    }

    /// <summary>Copies; the last vector overlaps the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy<TLanes, TVector>(float* from, float* to, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(from + i), to + i);
        }

        if (i < count && count >= TLanes.Count)
        {
            TLanes.Store(TLanes.Load(from + count - TLanes.Count), to + count - TLanes.Count);
            return;
        }

        for (; i < count; i++)
        {
            to[i] = from[i];
        }
    }

    /// <summary>to += from; what is left after whole vectors goes by fours, then one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes, TVector>(float* from, float* to, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(to + i), TLanes.Load(from + i)), to + i);
        }

        for (; TLanes.Count > 4 && i <= count - 4; i += 4)
        {
            (Vector128.Load(to + i) + Vector128.Load(from + i)).Store(to + i);
        }

        for (; i < count; i++)
        {
            to[i] += from[i];
        }
    }
}
