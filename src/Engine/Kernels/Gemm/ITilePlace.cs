using System.Runtime.CompilerServices;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>Where the rows of a tile go.</summary>
internal interface ITilePlace
{
    public void Put<TRow>(int index, ref TRow row)
        where TRow : struct, ITileRow<TRow>;
}

/// <summary>Rows are written, so far apart.</summary>
internal readonly unsafe struct StoredTile(float* to, nint stride) : ITilePlace
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TRow>(int index, ref TRow row)
        where TRow : struct, ITileRow<TRow> => TRow.Store(row, to + (index * stride));
}

/// <summary>Row i is added to what is at to + offsets[i], as there + row.</summary>
internal readonly unsafe struct AddedTile(float* to, int* offsets) : ITilePlace
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TRow>(int index, ref TRow row)
        where TRow : struct, ITileRow<TRow>
    {
        var there = to + offsets[index];
        TRow.AddLeft(there, ref row);
        TRow.Store(row, there);
    }
}
