using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>
/// The gradient to a table, all of it summed for every micro-batch: chains of additions from +0 over what comes back to
/// each row, the micro-batches along the canonical tree. The definition, with wider lanes for tables that are small.
/// </summary>
internal static unsafe class DenseTableGradient
{
    internal static int WaitingFloats(int rows, int width, int microbatches) =>
        MicrobatchTree.WaitingFloats(checked(rows * width), microbatches);

    /// <summary>So many rows of the gradient from one on, a piece of the range every pieceStride floats.</summary>
    /// <remarks>Shapes: dy is what comes back, pieces [pieces, rows, width]. Sums wait in WaitingFloats.</remarks>
    internal static void Run<TLanes, TVector>(
        in TableRows table, float* dy, in MicrobatchRange range, int firstRow, int rows, float* pieces, int pieceStride,
        float* waiting)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var part = new Part<TLanes, TVector>(table, dy, firstRow, rows);
        MicrobatchTree.Run<TLanes, TVector, Part<TLanes, TVector>>(
            part, rows * table.Width, range, 0, range.Samples, pieces, pieceStride, waiting);
    }

    private readonly struct Part<TLanes, TVector>(TableRows table, float* dy, int firstRow, int rows) : ISampleSum
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        public void Add(nint first, int samples, bool begins, bool ends, float* sum)
        {
            if (begins)
            {
                new Span<float>(sum, rows * table.Width).Clear();
            }

            for (var read = (int)first * table.PerSample; read < ((int)first + samples) * table.PerSample; read++)
            {
                if (table[read] - firstRow is var row && row >= 0 && row < rows)
                {
                    var to = sum + ((nint)row * table.Width);
                    ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(
                        default, to, dy + ((nint)read * table.Width), to, table.Width);
                }
            }
        }
    }
}
