using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The greatest element. x is [count]; −∞ when count = 0, NaN if any element is.</summary>
/// <remarks>
/// +0 is greater than −0 (IEEE 754's maximum), so the result does not depend on any order; the lanes are the 16
/// virtual ones of <see cref="LaneSum"/> all the same.
/// </remarks>
internal static unsafe class LaneMaximum
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Run<TLanes, TVector>(float* x, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count == 1 ? Definition(x, count) : VectorPath<TLanes, TVector>(x, count);

    private static float Definition(float* x, int count)
    {
        var maximum = float.NegativeInfinity;
        for (var i = 0; i < count; i++)
        {
            maximum = ScalarLanes.Maximum(maximum, x[i]);
        }

        return maximum;
    }

    [MethodImpl(HotLoop.Options)]
    private static float VectorPath<TLanes, TVector>(float* x, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (count < TLanes.Count)
        {
            return Definition(x, count);
        }

        // The last vector may overlap the one before it: an element that is seen twice changes no maximum.
        var last = count - TLanes.Count;
        var maximum = TLanes.Load(x + last);
        for (var i = 0; i < last; i += TLanes.Count)
        {
            maximum = TLanes.Maximum(maximum, TLanes.Load(x + i));
        }

        var lanes = stackalloc float[LaneSum.Lanes];
        TLanes.Store(maximum, lanes);
        return Definition(lanes, TLanes.Count);
    }
}
