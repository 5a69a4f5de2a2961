using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>1 where the index of a row's first maximum is the row's label, else 0.</summary>
/// <remarks>
/// Shapes: logits are [rows, classes], labels (class indices) and hits [rows]. A row with a NaN is no hit.
/// </remarks>
internal static unsafe class ArgMaxHit
{
    [MethodImpl(HotLoop.Options)]
    internal static void Run<TLanes, TVector>(float* logits, float* labels, float* hits, int rows, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        long row = 0;
        if (ShortRows<TLanes, TVector>.Fit(classes))
        {
            var block = stackalloc float[ShortRows<TLanes, TVector>.Floats];
            for (; row <= rows - TLanes.Count; row += TLanes.Count)
            {
                var scores = new ShortRows<TLanes, TVector>(block, classes);
                scores.Read(logits + (row * classes));
                TLanes.Store(Hits(scores, TLanes.Load(labels + row), classes), hits + row);
            }
        }

        for (; row < rows; row++)
        {
            var best = FirstMaximum(logits + (row * classes), classes);
            hits[row] = best >= 0 && labels[row] == best ? 1f : 0f;
        }
    }

    [MethodImpl(HotLoop.Options)]
    private static TVector Hits<TLanes, TVector>(ShortRows<TLanes, TVector> scores, TVector labels, int classes)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (best, index) = (scores[0], TLanes.Zero);
        var hit = TLanes.WhereEqual(best, best, TLanes.Constant(1), TLanes.Zero);
        for (var c = 1; c < classes; c++)
        {
            var score = scores[c];
            hit = TLanes.WhereEqual(score, score, hit, TLanes.Zero);
            index = TLanes.WhereLess(best, score, TLanes.Broadcast(c), index);
            best = TLanes.WhereLess(best, score, score, best);
        }

        return TLanes.WhereEqual(index, labels, hit, TLanes.Zero);
    }

    /// <summary>The index of the first maximum (−0 equals +0), or −1 for an empty row or one with a NaN.</summary>
    private static int FirstMaximum(float* row, int classes)
    {
        var best = classes > 0 ? 0 : -1;
        for (var c = 0; c < classes; c++)
        {
            if (float.IsNaN(row[c]))
            {
                return -1;
            }

            if (row[c] > row[best])
            {
                best = c;
            }
        }

        return best;
    }
}
