using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Sum in 16 virtual lanes. x is [count]; +0 when count = 0.</summary>
/// <remarks>
/// Lane j is the chain of additions over i = j, j+16, j+32, … ascending from +0; then lane j is added to lane j+8 for
/// the first 8, to j+4 for the first 4, to j+2, to j+1. The same bits on every width.
/// Given an operator, its values are summed instead of the elements.
/// </remarks>
internal static unsafe class LaneSum
{
    /// <summary>Virtual lanes of every horizontal reduction, whatever the hardware has.</summary>
    internal const int Lanes = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Run<TLanes, TVector>(float* x, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => Run<TLanes, TVector, Identity>(default, x, count);

    /// <summary>Σ op(x[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Run<TLanes, TVector, TOperator>(TOperator op, float* x, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IUnaryOperator =>
        TLanes.Count == 1 ? Definition(op, x, count) : VectorPath<TLanes, TVector, TOperator>(op, x, count);

    /// <summary>y[r] is the sum of row r of x, [rows, count].</summary>
    internal static void Rows<TLanes, TVector>(float* x, int count, float* y, long rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        // The rest of a row is read as whole vectors where they end before x does.
        var whole = count / Lanes * Lanes;
        var beyond = count == whole ? 0 : whole + Lanes - count;
        var inside = TLanes.Count == 1 || count == 0 ? 0 : Math.Max(0, rows - ((beyond + count - 1) / count));
        if (inside > 0)
        {
            RowsInside<TLanes, TVector>(x, count, y, inside);
        }

        for (var row = inside; row < rows; row++)
        {
            y[row] = Run<TLanes, TVector>(x + (row * count), count);
        }
    }

    /// <summary>What is behind a row adds +0 to its lane, which changes none: no lane's sum is −0.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void RowsInside<TLanes, TVector>(float* x, int count, float* y, long rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var lanes = stackalloc float[Lanes];
        var rest = TLanes.Broadcast(count % Lanes);
        var whole = count / Lanes * Lanes;
        for (long row = 0; row < rows; row++, x += count)
        {
            for (var first = 0; first < Lanes; first += TLanes.Count)
            {
                var sum = TLanes.Zero;
                var i = first;
                for (; i < whole; i += Lanes)
                {
                    sum = TLanes.Add(sum, TLanes.Load(x + i));
                }

                if (whole < count)
                {
                    var number = LaneNumbers.From<TLanes, TVector>(first);
                    sum = TLanes.Add(sum, TLanes.WhereLess(number, rest, TLanes.Load(x + i), TLanes.Zero));
                }

                TLanes.Store(sum, lanes + first);
            }

            y[row] = AddPairwiseInVectors(lanes);
        }
    }

    private static float Definition<TOperator>(TOperator op, float* x, int count)
        where TOperator : struct, IUnaryOperator
    {
        var lanes = stackalloc float[Lanes];
        for (var i = 0; i < count; i++)
        {
            lanes[i % Lanes] += op.Apply<ScalarLanes, float>(x[i]);
        }

        return AddPairwise(lanes);
    }

    [MethodImpl(HotLoop.Options)]
    private static float VectorPath<TLanes, TVector, TOperator>(TOperator op, float* x, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IUnaryOperator
    {
        // 16 lanes in one, two or four registers: the conditions are constants of the width.
        TVector a = TLanes.Zero, b = TLanes.Zero, c = TLanes.Zero, d = TLanes.Zero;
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            a = TLanes.Add(a, op.Apply<TLanes, TVector>(TLanes.Load(x + i)));
            if (TLanes.Count <= 8)
            {
                b = TLanes.Add(b, op.Apply<TLanes, TVector>(TLanes.Load(x + i + TLanes.Count)));
            }

            if (TLanes.Count <= 4)
            {
                c = TLanes.Add(c, op.Apply<TLanes, TVector>(TLanes.Load(x + i + 8)));
                d = TLanes.Add(d, op.Apply<TLanes, TVector>(TLanes.Load(x + i + 12)));
            }
        }

        var lanes = stackalloc float[Lanes];
        TLanes.Store(a, lanes);
        if (TLanes.Count <= 8)
        {
            TLanes.Store(b, lanes + TLanes.Count);
        }

        if (TLanes.Count <= 4)
        {
            TLanes.Store(c, lanes + 8);
            TLanes.Store(d, lanes + 12);
        }

        if (i < count)
        {
            AddTail<TLanes, TVector, TOperator>(op, x + i, count - i, lanes);
        }

        return AddPairwiseInVectors(lanes);
    }

    /// <summary>Adds op of the last 1 … 15 elements to the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTail<TLanes, TVector, TOperator>(TOperator op, float* x, int count, float* lanes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IUnaryOperator
    {
        if (!TOperator.IsBrief)
        {
            var values = stackalloc float[Lanes];
            ElementWiseLoop.Unary<TLanes, TVector, TOperator>(op, x, values, count);
            x = values;
        }

        for (var j = 0; j < count; j++)
        {
            lanes[j] += TOperator.IsBrief ? op.Apply<ScalarLanes, float>(x[j]) : x[j];
        }
    }

    private static float AddPairwise(float* lanes)
    {
        for (var distance = Lanes / 2; distance >= 1; distance /= 2)
        {
            for (var j = 0; j < distance; j++)
            {
                lanes[j] += lanes[j + distance];
            }
        }

        return lanes[0];
    }

    /// <summary>The same additions as <see cref="AddPairwise"/>, four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float AddPairwiseInVectors(float* lanes)
    {
        var byEight = Vector128.Load(lanes) + Vector128.Load(lanes + 8);
        var byEightToo = Vector128.Load(lanes + 4) + Vector128.Load(lanes + 12);
        var byFour = byEight + byEightToo;
        return (byFour[0] + byFour[2]) + (byFour[1] + byFour[3]);
    }
}
