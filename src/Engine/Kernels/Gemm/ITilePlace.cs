using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;

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

/// <summary>Row i is written as activation(row + bias[i]); a null bias adds nothing.</summary>
internal readonly unsafe struct FinishedTile<TActivation>(float* to, nint stride, float* bias, TActivation activation)
    : ITilePlace
    where TActivation : struct, IUnaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put<TRow>(int index, ref TRow row)
        where TRow : struct, ITileRow<TRow>
    {
        TRow.Finish(bias == null ? null : bias + index, activation, ref row);
        TRow.Store(row, to + (index * stride));
    }

    /// <summary>The place so many rows further down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal FinishedTile<TActivation> Below(int rows) =>
        new(to + (rows * stride), stride, bias == null ? null : bias + rows, activation);
}
