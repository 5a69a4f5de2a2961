using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Sum over a middle axis: y[o,i] = Σₐ x[o,a,i].</summary>
/// <remarks>
/// Shapes: x is [outer, axis, inner], y is [outer, inner] and does not overlap x.
/// inner = 1 sums each row in 16 virtual lanes (<see cref="LaneSum"/>); otherwise each sum is one chain of additions,
/// a ascending from +0 (<see cref="ColumnChain"/>).
/// </remarks>
internal static unsafe class AxisSum
{
    [MethodImpl(HotLoop.Options)]
    internal static void Run<TLanes, TVector>(float* x, float* y, int outer, int axis, int inner)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (inner == 1)
        {
            LaneSum.Rows<TLanes, TVector>(x, axis, y, outer);
            return;
        }

        for (long o = 0; o < outer; o++)
        {
            ColumnChain.Run<TLanes, TVector>(x + (o * axis * inner), axis, inner, y + (o * inner), inner);
        }
    }
}
