using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>One row of a tile of sums, held in vector registers.</summary>
internal unsafe interface ITileRow<TSelf>
    where TSelf : struct, ITileRow<TSelf>
{
    /// <summary>Floats across.</summary>
    public static abstract int Width { get; }

    public static abstract TSelf Load(float* source);

    public static abstract void Store(in TSelf row, float* destination);

    /// <summary>row ← *left · right + row, element by element, rounded once.</summary>
    public static abstract void MultiplyAdd(float* left, in TSelf right, ref TSelf row);

    /// <summary>The same with the right factor read where it lies, for want of registers.</summary>
    public static abstract void MultiplyAddFrom(float* left, float* right, ref TSelf row);

    /// <summary>row ← what lies at left + row, each sum rounded once.</summary>
    public static abstract void AddLeft(float* left, ref TSelf row);

    /// <summary>row ← activation(row + *bias); a null bias adds nothing.</summary>
    public static abstract void Finish<TActivation>(float* bias, TActivation activation, ref TSelf row)
        where TActivation : struct, IUnaryOperator;
}

/// <summary>Two vectors across, so that each broadcast of a left factor serves two multiply-adds.</summary>
internal unsafe struct WideRow<TLanes, TVector> : ITileRow<WideRow<TLanes, TVector>>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private TVector _low;
    private TVector _high;

    public static int Width => 2 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideRow<TLanes, TVector> Load(float* source)
    {
        WideRow<TLanes, TVector> row;
        row._low = TLanes.Load(source);
        row._high = TLanes.Load(source + TLanes.Count);
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in WideRow<TLanes, TVector> row, float* destination)
    {
        TLanes.Store(row._low, destination);
        TLanes.Store(row._high, destination + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(float* left, in WideRow<TLanes, TVector> right, ref WideRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._low = TLanes.FusedMultiplyAdd(factor, right._low, row._low);
        row._high = TLanes.FusedMultiplyAdd(factor, right._high, row._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFrom(float* left, float* right, ref WideRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._low = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right), row._low);
        row._high = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right + TLanes.Count), row._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeft(float* left, ref WideRow<TLanes, TVector> row)
    {
        row._low = TLanes.Add(TLanes.Load(left), row._low);
        row._high = TLanes.Add(TLanes.Load(left + TLanes.Count), row._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<TActivation>(float* bias, TActivation activation, ref WideRow<TLanes, TVector> row)
        where TActivation : struct, IUnaryOperator
    {
        if (bias != null)
        {
            var addend = TLanes.Broadcast(*bias);
            row._low = TLanes.Add(row._low, addend);
            row._high = TLanes.Add(row._high, addend);
        }

        row._low = activation.Apply<TLanes, TVector>(row._low);
        row._high = activation.Apply<TLanes, TVector>(row._high);
    }
}

/// <summary>One vector across, for the last columns.</summary>
internal unsafe struct NarrowRow<TLanes, TVector> : ITileRow<NarrowRow<TLanes, TVector>>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private TVector _value;

    public static int Width => TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowRow<TLanes, TVector> Load(float* source)
    {
        NarrowRow<TLanes, TVector> row;
        row._value = TLanes.Load(source);
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in NarrowRow<TLanes, TVector> row, float* destination) =>
        TLanes.Store(row._value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        float* left, in NarrowRow<TLanes, TVector> right, ref NarrowRow<TLanes, TVector> row) =>
        row._value = TLanes.FusedMultiplyAdd(TLanes.Broadcast(*left), right._value, row._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFrom(float* left, float* right, ref NarrowRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._value = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right), row._value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeft(float* left, ref NarrowRow<TLanes, TVector> row) =>
        row._value = TLanes.Add(TLanes.Load(left), row._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<TActivation>(float* bias, TActivation activation, ref NarrowRow<TLanes, TVector> row)
        where TActivation : struct, IUnaryOperator
    {
        if (bias != null)
        {
            var addend = TLanes.Broadcast(*bias);
            row._value = TLanes.Add(row._value, addend);
        }

        row._value = activation.Apply<TLanes, TVector>(row._value);
    }
}
