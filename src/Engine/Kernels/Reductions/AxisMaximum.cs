using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The greatest over a middle axis: y[o,i] = maxₐ x[o,a,i].</summary>
/// <remarks>
/// Shapes: x is [outer, axis, inner], y is [outer, inner] and does not overlap x; −∞ where axis = 0.
/// NaN if any of them is, and +0 is greater than −0 (IEEE 754's maximum): no order matters.
/// </remarks>
internal static unsafe class AxisMaximum
{
    [MethodImpl(HotLoop.Options)]
    internal static void Run<TLanes, TVector>(float* x, float* y, int outer, int axis, int inner)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (long o = 0; o < (inner == 0 ? 0 : outer); o++)
        {
            if (inner == 1)
            {
                y[o] = LaneMaximum.Run<TLanes, TVector>(x + (o * axis), axis);
            }
            else
            {
                Columns<TLanes, TVector>(x + (o * axis * inner), axis, inner, y + (o * inner));
            }
        }
    }

    /// <summary>The last vector overlaps the one before it; rows shorter than a vector go to narrower ones.</summary>
    [MethodImpl(HotLoop.Options)]
    private static void Columns<TLanes, TVector>(float* x, int rows, int width, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (width < TLanes.Count)
        {
            if (TLanes.Count > Lanes128.Count && width >= Lanes128.Count)
            {
                Columns<Lanes128, Vector128<float>>(x, rows, width, y);
            }
            else
            {
                Columns<ScalarLanes, float>(x, rows, width, y);
            }

            return;
        }

        for (var i = 0; i < width; i += TLanes.Count)
        {
            var start = Math.Min(i, width - TLanes.Count);
            var greatest = TLanes.Constant(double.NegativeInfinity);
            for (long row = 0; row < rows; row++)
            {
                greatest = TLanes.Maximum(greatest, TLanes.Load(x + (row * width) + start));
            }

            TLanes.Store(greatest, y + start);
        }
    }
}
