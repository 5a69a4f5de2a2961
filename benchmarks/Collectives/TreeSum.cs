using System.Numerics;
using System.Runtime.InteropServices;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Benchmarks.Collectives;

/// <summary>Sums of what several nodes hold, along the canonical tree over their ranks.</summary>
internal static class TreeSum
{
    /// <summary>What the faster ways equal.</summary>
    internal static float Definition(ReadOnlySpan<float> byRank) => CanonicalTree.Sum(byRank);

    /// <summary>Element by element over what the others have sent, from the offset on, and the own part.</summary>
    internal static void Of(
        AlignedBuffer[] received, int rank, ReadOnlySpan<float> own, int offset, Span<float> sums)
    {
        if (received.Length == 4)
        {
            Of(
                Part(received, 0, rank, own, offset), Part(received, 1, rank, own, offset),
                Part(received, 2, rank, own, offset), Part(received, 3, rank, own, offset), sums);
            return;
        }

        Span<float> byRank = stackalloc float[received.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var from = 0; from < byRank.Length; from++)
            {
                byRank[from] = Part(received, from, rank, own, offset)[i];
            }

            sums[i] = CanonicalTree.Sum(byRank);
        }
    }

    /// <summary>The sum of two, in either order.</summary>
    internal static void Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> sums)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= sums.Length; i += Vector<float>.Count)
        {
            (At(a, i) + At(b, i)).CopyTo(sums[i..]);
        }

        for (; i < sums.Length; i++)
        {
            sums[i] = a[i] + b[i];
        }
    }

    private static void Of(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, ReadOnlySpan<float> d, Span<float> sums)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= sums.Length; i += Vector<float>.Count)
        {
            ((At(a, i) + At(b, i)) + (At(c, i) + At(d, i))).CopyTo(sums[i..]);
        }

        for (; i < sums.Length; i++)
        {
            sums[i] = (a[i] + b[i]) + (c[i] + d[i]);
        }
    }

    private static ReadOnlySpan<float> Part(
        AlignedBuffer[] received, int from, int rank, ReadOnlySpan<float> own, int offset) =>
        from == rank ? own : received[from].Span.Slice(offset, own.Length);

    private static Vector<float> At(ReadOnlySpan<float> floats, int index) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(floats), (nuint)index);
}
