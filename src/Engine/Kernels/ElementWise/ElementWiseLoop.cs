using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.ElementWise;

/// <summary>The one driver of element-wise functions: the operator states the mathematics, this loops.</summary>
/// <remarks>
/// Shapes: x, y and z are [count], of any 4-byte alignment. The result may be an operand's own memory (in place),
/// but not overlap an operand in part.
/// With <see cref="ScalarLanes"/> each loop is its own definition, one element at a time; every wider loop gives
/// each element the same bits.
/// </remarks>
internal static unsafe class ElementWiseLoop
{
    // Note [Overlapping tail]
    // What is left after the last whole vector is computed as the vector that ends at the last element. It overlaps
    // the one before it, so its operands are read before the loop writes (they may be in place) and its result is
    // stored after: the shared elements are written twice with the same bits. That turns a tail of up to 15 scalar
    // exponentials into one vector. Counts below one vector go to the 128-bit loop, and below 4 to the scalar one.

    /// <summary>y[i] = op(x[i]).</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Unary<TLanes, TVector, TOperator>(TOperator op, float* x, float* y, long count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IUnaryOperator
    {
        if (count < TLanes.Count)
        {
            UnaryShort<TLanes, TVector, TOperator>(op, x, y, count);
            return;
        }

        var last = count - TLanes.Count;
        var lastX = TLanes.Load(x + last);
        long i = 0;
        for (; i <= last; i += TLanes.Count)
        {
            TLanes.Store(op.Apply<TLanes, TVector>(TLanes.Load(x + i)), y + i);
        }

        if (i < count)
        {
            TLanes.Store(op.Apply<TLanes, TVector>(lastX), y + last);
        }
    }

    /// <summary>z[i] = op(x[i], y[i]).</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void Binary<TLanes, TVector, TOperator>(TOperator op, float* x, float* y, float* z, long count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        if (count < TLanes.Count)
        {
            BinaryShort<TLanes, TVector, TOperator>(op, x, y, z, count);
            return;
        }

        var last = count - TLanes.Count;
        var lastX = TLanes.Load(x + last);
        var lastY = TLanes.Load(y + last);
        long i = 0;
        for (; i <= last; i += TLanes.Count)
        {
            TLanes.Store(op.Apply<TLanes, TVector>(TLanes.Load(x + i), TLanes.Load(y + i)), z + i);
        }

        if (i < count)
        {
            TLanes.Store(op.Apply<TLanes, TVector>(lastX, lastY), z + last);
        }
    }

    /// <summary>z[r, i] = op(x[r, i], y[r]): a vector by a number, row after row.</summary>
    /// <remarks>
    /// Shapes: x and z are [rows, count], a row every xStep and zStep floats; y is [rows], a number every yStep floats.
    /// </remarks>
    [MethodImpl(HotLoop.Options)]
    internal static void ByRow<TLanes, TVector, TOperator>(
        TOperator op, float* x, long xStep, float* y, long yStep, float* z, long zStep, long rows, long count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        if (count < TLanes.Count)
        {
            ByRowShort<TLanes, TVector, TOperator>(op, x, xStep, y, yStep, z, zStep, rows, count);
            return;
        }

        var last = count - TLanes.Count;
        for (; rows > 0; rows--)
        {
            var number = TLanes.Broadcast(*y);
            var lastX = TLanes.Load(x + last);
            long i = 0;
            for (; i <= last; i += TLanes.Count)
            {
                TLanes.Store(op.Apply<TLanes, TVector>(TLanes.Load(x + i), number), z + i);
            }

            if (i < count)
            {
                TLanes.Store(op.Apply<TLanes, TVector>(lastX, number), z + last);
            }

            x += xStep;
            y += yStep;
            z += zStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ByRowShort<TLanes, TVector, TOperator>(
        TOperator op, float* x, long xStep, float* y, long yStep, float* z, long zStep, long rows, long count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        if (TLanes.Count > Lanes128.Count && count >= Lanes128.Count)
        {
            ByRow<Lanes128, Vector128<float>, TOperator>(op, x, xStep, y, yStep, z, zStep, rows, count);
        }
        else if (count > 0)
        {
            ByRow<ScalarLanes, float, TOperator>(op, x, xStep, y, yStep, z, zStep, rows, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UnaryShort<TLanes, TVector, TOperator>(TOperator op, float* x, float* y, long count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IUnaryOperator
    {
        if (TLanes.Count > Lanes128.Count && count >= Lanes128.Count)
        {
            Unary<Lanes128, Vector128<float>, TOperator>(op, x, y, count);
        }
        else if (count > 0)
        {
            Unary<ScalarLanes, float, TOperator>(op, x, y, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BinaryShort<TLanes, TVector, TOperator>(TOperator op, float* x, float* y, float* z, long count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TOperator : struct, IBinaryOperator
    {
        if (TLanes.Count > Lanes128.Count && count >= Lanes128.Count)
        {
            Binary<Lanes128, Vector128<float>, TOperator>(op, x, y, z, count);
        }
        else if (count > 0)
        {
            Binary<ScalarLanes, float, TOperator>(op, x, y, z, count);
        }
    }
}
