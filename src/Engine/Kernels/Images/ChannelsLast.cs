using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Images;

/// <summary>An image with its padding around it whose channels lie together, pixel by pixel.</summary>
/// <remarks>
/// Shapes: image [channels, height, width], here [height + 2 · padding, width + 2 · padding, channels], with room for
/// one more vector behind it, which may be read and written back.
/// A run is what a position sees side by side: a whole row of taps, or one tap where they are dilated. Its columns are
/// (tap column, channel); they are contiguous from the position's offset plus the run's.
/// </remarks>
internal readonly unsafe struct ChannelsLast(in WindowGrid grid, int channels)
{
    private const int VectorFloatsMax = 16;

    private readonly WindowGrid _grid = grid;

    internal int Floats => checked(AlignedBuffer.WholeLines(
        ((_grid.Height + (2 * _grid.Padding)) * Width * channels) + VectorFloatsMax));

    internal int Runs => _grid.Taps / TapsPerRun;

    /// <summary>Columns of a run.</summary>
    internal int RunColumns => TapsPerRun * channels;

    private int Width => _grid.Width + (2 * _grid.Padding);

    private int TapsPerRun => _grid.Dilation == 1 ? _grid.WindowWidth : 1;

    /// <summary>Adds so many floats of each row of a tile to one place each.</summary>
    /// <param name="tile">The first float; rows are stride floats apart.</param>
    /// <param name="offsets">Where each row's place begins, from pixels on.</param>
    [MethodImpl(HotLoop.Options)]
    internal static void Add<TLanes, TVector>(
        float* tile, int stride, int count, int* offsets, int rows, float* pixels)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (nint row = 0; row < rows; row++, tile += stride)
        {
            var to = pixels + offsets[row];
            nint i = 0;
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Add(TLanes.Load(to + i), TLanes.Load(tile + i)), to + i);
            }

            if (TLanes.Count > 8 && i <= count - 8)
            {
                Vector256.Store(Vector256.Load(to + i) + Vector256.Load(tile + i), to + i);
                i += 8;
            }

            for (; i <= count - 4; i += 4)
            {
                Vector128.Store(Vector128.Load(to + i) + Vector128.Load(tile + i), to + i);
            }

            for (; i < count; i++)
            {
                to[i] += tile[i];
            }
        }
    }

    internal int RunOffset(int run) => PixelOffset(
        run / (_grid.WindowWidth / TapsPerRun) * _grid.Dilation,
        run % (_grid.WindowWidth / TapsPerRun) * _grid.Dilation);

    /// <summary>Writes the offset of each position's first pixel.</summary>
    internal void WriteOffsets(int* offsets)
    {
        for (var row = 0; row < _grid.Rows; row++)
        {
            for (var column = 0; column < _grid.Columns; column++)
            {
                *offsets++ = PixelOffset(row * _grid.Stride, column * _grid.Stride);
            }
        }
    }

    /// <summary>
    /// Packs filters [filters, channels, taps]: run by run panels of its columns, each as wide as the tile that reads
    /// it, a row for each filter. Columns behind the last one repeat it.
    /// </summary>
    /// <param name="stripe">Columns of a panel, but for the last of a run.</param>
    /// <param name="room">For a filter [taps, channels], which an image of this shape has.</param>
    internal void Pack<TLanes, TVector>(float* w, int filters, int stripe, float* packed, float* room)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var runFloats = (nint)Blocking.RoundUp(RunColumns, TLanes.Count) * filters;
        for (var filter = 0; filter < filters; filter++, w += (nint)channels * _grid.Taps)
        {
            // Of a filter its channels are the pixels, and its taps the planes.
            ChannelPlanes.Write(w, _grid.Taps, _grid.Taps, channels, room, channels);
            for (var run = 0; run < Runs; run++)
            {
                var columns = new Span<float>(room + ((nint)run * RunColumns), RunColumns);
                for (var first = 0; first < RunColumns; first += stripe)
                {
                    var width = Math.Min(stripe, Blocking.RoundUp(RunColumns - first, TLanes.Count));
                    var some = Math.Min(width, RunColumns - first);
                    var row = new Span<float>(
                        packed + (run * runFloats) + ((nint)first * filters) + ((nint)filter * width), width);
                    columns.Slice(first, some).CopyTo(row);
                    row[some..].Fill(columns[^1]);
                }
            }
        }
    }

    /// <summary>Copies what lies inside the padding to an image.</summary>
    internal void Take(float* pixels, float* image)
    {
        // Without padding the rows follow each other.
        var (rows, width) = _grid.Padding == 0 ? (1, _grid.ImagePixels) : (_grid.Height, _grid.Width);
        for (var row = 0; row < rows; row++)
        {
            ChannelPlanes.Write(
                pixels + PixelOffset(row + _grid.Padding, _grid.Padding), channels, channels, width,
                image + ((nint)row * width), _grid.ImagePixels);
        }
    }

    private int PixelOffset(int row, int column) => ((row * Width) + column) * channels;
}
