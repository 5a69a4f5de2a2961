using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distributed.Engine.Kernels.Lanes;

/// <summary>The numbers 0, 1, 2, … 15 in lanes; they are data of the program, which nothing moves.</summary>
internal static unsafe class LaneNumbers
{
    private static ReadOnlySpan<float> Numbers => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>As many as there are lanes, from the given one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector From<TLanes, TVector>(int first)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Load((float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Numbers)) + first);
}
