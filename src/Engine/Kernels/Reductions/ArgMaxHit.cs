using System.Runtime.CompilerServices;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>1 where the index of a row's first maximum is the row's label, else 0.</summary>
/// <remarks>
/// Shapes: logits are [rows, classes], labels (class indices) and hits [rows]. A row with a NaN is no hit. One scalar
/// loop on every path: it reads what the loss has just read, and only when metrics are asked for.
/// </remarks>
internal static unsafe class ArgMaxHit
{
    [MethodImpl(HotLoop.Options)]
    internal static void Run(float* logits, float* labels, float* hits, int rows, int classes)
    {
        for (long row = 0; row < rows; row++)
        {
            var best = FirstMaximum(logits + (row * classes), classes);
            hits[row] = best >= 0 && labels[row] == best ? 1f : 0f;
        }
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
