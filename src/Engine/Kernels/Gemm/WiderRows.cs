using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>Four vectors across: the fewest broadcasts for each multiply-add.</summary>
internal unsafe struct QuadRow<TLanes, TVector> : ITileRow<QuadRow<TLanes, TVector>>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private TVector _first;
    private TVector _second;
    private TVector _third;
    private TVector _fourth;

    public static int Width => 4 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadRow<TLanes, TVector> Load(float* source)
    {
        QuadRow<TLanes, TVector> row;
        row._first = TLanes.Load(source);
        row._second = TLanes.Load(source + TLanes.Count);
        row._third = TLanes.Load(source + (2 * TLanes.Count));
        row._fourth = TLanes.Load(source + (3 * TLanes.Count));
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in QuadRow<TLanes, TVector> row, float* destination)
    {
        TLanes.Store(row._first, destination);
        TLanes.Store(row._second, destination + TLanes.Count);
        TLanes.Store(row._third, destination + (2 * TLanes.Count));
        TLanes.Store(row._fourth, destination + (3 * TLanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(float* left, in QuadRow<TLanes, TVector> right, ref QuadRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._first = TLanes.FusedMultiplyAdd(factor, right._first, row._first);
        row._second = TLanes.FusedMultiplyAdd(factor, right._second, row._second);
        row._third = TLanes.FusedMultiplyAdd(factor, right._third, row._third);
        row._fourth = TLanes.FusedMultiplyAdd(factor, right._fourth, row._fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFrom(float* left, float* right, ref QuadRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._first = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right), row._first);
        row._second = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right + TLanes.Count), row._second);
        row._third = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right + (2 * TLanes.Count)), row._third);
        row._fourth = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right + (3 * TLanes.Count)), row._fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeft(float* left, ref QuadRow<TLanes, TVector> row)
    {
        row._first = TLanes.Add(TLanes.Load(left), row._first);
        row._second = TLanes.Add(TLanes.Load(left + TLanes.Count), row._second);
        row._third = TLanes.Add(TLanes.Load(left + (2 * TLanes.Count)), row._third);
        row._fourth = TLanes.Add(TLanes.Load(left + (3 * TLanes.Count)), row._fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<TActivation>(float* bias, TActivation activation, ref QuadRow<TLanes, TVector> row)
        where TActivation : struct, IUnaryOperator
    {
        if (bias != null)
        {
            var addend = TLanes.Broadcast(*bias);
            row._first = TLanes.Add(row._first, addend);
            row._second = TLanes.Add(row._second, addend);
            row._third = TLanes.Add(row._third, addend);
            row._fourth = TLanes.Add(row._fourth, addend);
        }

        row._first = activation.Apply<TLanes, TVector>(row._first);
        row._second = activation.Apply<TLanes, TVector>(row._second);
        row._third = activation.Apply<TLanes, TVector>(row._third);
        row._fourth = activation.Apply<TLanes, TVector>(row._fourth);
    }
}

/// <summary>Three vectors across.</summary>
internal unsafe struct TripleRow<TLanes, TVector> : ITileRow<TripleRow<TLanes, TVector>>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private TVector _low;
    private TVector _middle;
    private TVector _high;

    public static int Width => 3 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TripleRow<TLanes, TVector> Load(float* source)
    {
        TripleRow<TLanes, TVector> row;
        row._low = TLanes.Load(source);
        row._middle = TLanes.Load(source + TLanes.Count);
        row._high = TLanes.Load(source + (2 * TLanes.Count));
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in TripleRow<TLanes, TVector> row, float* destination)
    {
        TLanes.Store(row._low, destination);
        TLanes.Store(row._middle, destination + TLanes.Count);
        TLanes.Store(row._high, destination + (2 * TLanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        float* left, in TripleRow<TLanes, TVector> right, ref TripleRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._low = TLanes.FusedMultiplyAdd(factor, right._low, row._low);
        row._middle = TLanes.FusedMultiplyAdd(factor, right._middle, row._middle);
        row._high = TLanes.FusedMultiplyAdd(factor, right._high, row._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFrom(float* left, float* right, ref TripleRow<TLanes, TVector> row)
    {
        var factor = TLanes.Broadcast(*left);
        row._low = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right), row._low);
        row._middle = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right + TLanes.Count), row._middle);
        row._high = TLanes.FusedMultiplyAdd(factor, TLanes.Load(right + (2 * TLanes.Count)), row._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeft(float* left, ref TripleRow<TLanes, TVector> row)
    {
        row._low = TLanes.Add(TLanes.Load(left), row._low);
        row._middle = TLanes.Add(TLanes.Load(left + TLanes.Count), row._middle);
        row._high = TLanes.Add(TLanes.Load(left + (2 * TLanes.Count)), row._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<TActivation>(float* bias, TActivation activation, ref TripleRow<TLanes, TVector> row)
        where TActivation : struct, IUnaryOperator
    {
        if (bias != null)
        {
            var addend = TLanes.Broadcast(*bias);
            row._low = TLanes.Add(row._low, addend);
            row._middle = TLanes.Add(row._middle, addend);
            row._high = TLanes.Add(row._high, addend);
        }

        row._low = activation.Apply<TLanes, TVector>(row._low);
        row._middle = activation.Apply<TLanes, TVector>(row._middle);
        row._high = activation.Apply<TLanes, TVector>(row._high);
    }
}
