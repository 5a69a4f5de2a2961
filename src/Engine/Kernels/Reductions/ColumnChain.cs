using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Sums of columns: y[i] is the chain of additions x[0,i] + x[1,i] + … ascending from +0.</summary>
/// <remarks>
/// Shapes: x is [rows, width] with stride floats from row to row, y is [width] and does not overlap x; all +0 when
/// rows = 0.
/// </remarks>
internal static unsafe class ColumnChain
{
    /// <summary>Vectors summed side by side: enough chains to hide the latency of an addition.</summary>
    internal const int Vectors = 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TLanes, TVector>(float* x, int rows, long stride, float* y, int width)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1)
        {
            Definition(x, rows, stride, y, width);
        }
        else if (width >= TLanes.Count)
        {
            VectorPath<TLanes, TVector>(x, rows, stride, y, width);
        }
        else if (TLanes.Count > Lanes128.Count && width >= Lanes128.Count)
        {
            VectorPath<Lanes128, Vector128<float>>(x, rows, stride, y, width);
        }
        else
        {
            Definition(x, rows, stride, y, width);
        }
    }

    private static void Definition(float* x, int rows, long stride, float* y, int width)
    {
        for (var i = 0; i < width; i++)
        {
            var sum = 0f;
            for (var row = 0; row < rows; row++)
            {
                sum += x[(row * stride) + i];
            }

            y[i] = sum;
        }
    }

    /// <summary>Needs width ≥ TLanes.Count: the last vector overlaps the one before it.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void VectorPath<TLanes, TVector>(float* x, int rows, long stride, float* y, int width)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var i = 0;
        for (; i <= width - (Vectors * TLanes.Count); i += Vectors * TLanes.Count)
        {
            FourVectors<TLanes, TVector>(x + i, rows, stride, y + i);
        }

        for (; i < width; i += TLanes.Count)
        {
            var start = Math.Min(i, width - TLanes.Count);
            var sum = TLanes.Zero;
            var source = x + start;
            for (var row = 0; row < rows; row++, source += stride)
            {
                sum = TLanes.Add(sum, TLanes.Load(source));
            }

            TLanes.Store(sum, y + start);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourVectors<TLanes, TVector>(float* x, int rows, long stride, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector a = TLanes.Zero, b = TLanes.Zero, c = TLanes.Zero, d = TLanes.Zero;
        for (var row = 0; row < rows; row++, x += stride)
        {
            a = TLanes.Add(a, TLanes.Load(x));
            b = TLanes.Add(b, TLanes.Load(x + TLanes.Count));
            c = TLanes.Add(c, TLanes.Load(x + (2 * TLanes.Count)));
            d = TLanes.Add(d, TLanes.Load(x + (3 * TLanes.Count)));
        }

        TLanes.Store(a, y);
        TLanes.Store(b, y + TLanes.Count);
        TLanes.Store(c, y + (2 * TLanes.Count));
        TLanes.Store(d, y + (3 * TLanes.Count));
    }
}
