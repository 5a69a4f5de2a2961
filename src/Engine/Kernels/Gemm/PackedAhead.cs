using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>The next panel of a right factor, which the tiles of the panel before it pack, some rows each.</summary>
/// <remarks>
/// Packed at once, rows that lie pages apart are waited for: no more of them stay in a cache than are in a few of its
/// sets, however early they are asked for. A tile copies a row or a few every 32 steps, asked for shortly before, and
/// multiplies meanwhile (256×2048×2048 with 256 bits: 5 % of the product).
/// </remarks>
internal unsafe struct PackedAhead
{
    /// <summary>Steps of a tile between the rows that it copies.</summary>
    internal const int Steps = 32;

    /// <summary>How far ahead rows are asked for.</summary>
    private const int RowsAhead = 16;

    private readonly nint _stride;
    private readonly int _rowsAtOnce;
    private float* _from;
    private float* _to;

    /// <summary>The elements [depth, width] of a right factor from (start, column), packed by so many tiles or more.
    /// </summary>
    internal PackedAhead(MatrixView b, int start, int depth, int column, int tiles, float* to)
    {
        var turns = tiles * Math.Max(1, depth / Steps);
        _rowsAtOnce = (depth + turns - 1) / turns;
        _from = b.At(start, column);
        _stride = b.RowStride;
        _to = to;
        Rows = depth;
    }

    /// <summary>Rows that are not packed yet.</summary>
    internal int Rows { get; private set; }

    /// <summary>Packs the next rows, which are as wide as such a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PackSome<TTile>()
        where TTile : struct, ITile
    {
        var rows = Math.Min(_rowsAtOnce, Rows);
        Rows -= rows;
        for (; rows > 0; rows--)
        {
            if (Sse.IsSupported)
            {
                for (var j = 0; j < TTile.Width; j += AlignedBuffer.LineFloats)
                {
                    Sse.Prefetch0(_from + (RowsAhead * _stride) + j);
                }
            }

            TTile.CopyRow(_from, _to);
            _from += _stride;
            _to += TTile.Width;
        }
    }

    /// <summary>Packs what is left.</summary>
    internal void PackRest<TTile>()
        where TTile : struct, ITile
    {
        while (Rows > 0)
        {
            PackSome<TTile>();
        }
    }
}
