using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Images;

/// <summary>Copies rows of images, which may be shorter than a vector.</summary>
internal static unsafe class ImageRows
{
    /// <summary>Copies so many rows of so many floats; steps are floats from row to row.</summary>
    /// <remarks>Vectors are as wide as a row fills, or less; the last of a row overlaps the one before.</remarks>
    internal static void Copy<TLanes, TVector>(float* from, nint fromStep, float* to, nint toStep, int rows, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (count >= TLanes.Count)
        {
            CopyVectors<TLanes, TVector>(from, fromStep, to, toStep, rows, count);
        }
        else if (TLanes.Count > Lanes256.Count && count >= Lanes256.Count)
        {
            CopyVectors<Lanes256, Vector256<float>>(from, fromStep, to, toStep, rows, count);
        }
        else if (TLanes.Count > Lanes128.Count && count >= Lanes128.Count)
        {
            CopyVectors<Lanes128, Vector128<float>>(from, fromStep, to, toStep, rows, count);
        }
        else
        {
            CopyVectors<ScalarLanes, float>(from, fromStep, to, toStep, rows, count);
        }
    }

    /// <summary>Copies floats that lie stride apart, so many of each row.</summary>
    [MethodImpl(HotLoop.Options)]
    internal static void CopyEvery(
        nint stride, float* from, nint fromStep, float* to, nint toStep, int rows, int count)
    {
        for (; rows > 0; rows--, from += fromStep, to += toStep)
        {
            nint i = 0;

            // The last float is none of a vector's, which would read the one after it.
            for (; stride == 2 && i < count - Lanes128.Count; i += Lanes128.Count)
            {
                var source = from + (2 * i);
                TwoByTwoPooling.Evens(Vector128.Load(source), Vector128.Load(source + Lanes128.Count)).Store(to + i);
            }

            for (; i < count; i++)
            {
                to[i] = from[i * stride];
            }
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static void CopyVectors<TLanes, TVector>(
        float* from, nint fromStep, float* to, nint toStep, int rows, nint count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var last = count - TLanes.Count;
        for (; rows > 0; rows--, from += fromStep, to += toStep)
        {
            for (nint i = 0; i < last; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(from + i), to + i);
            }

            TLanes.Store(TLanes.Load(from + last), to + last);
        }
    }
}
