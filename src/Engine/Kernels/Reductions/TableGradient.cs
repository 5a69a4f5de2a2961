using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The gradient to a table, as pieces of the canonical tree; see <see cref="DenseTableGradient"/>.</summary>
internal static unsafe class TableGradient
{
    /// <summary>Floats of a table that are summed in the time in which a read is linked to others of its row.</summary>
    private const int FloatsPerRead = 128;

    /// <summary>How many floats of workspace are needed for at most so many samples; enough for fewer, too.</summary>
    internal static int WorkspaceFloats<TLanes, TVector>(int perSample, int count, int width, int samples)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var reads = checked(samples * perSample);
        var rows = RowSums.WorkspaceFloats(count, reads);
        return IsSummedWhole<TLanes, TVector>(count, width, microbatches: 1, reads)
            ? Math.Max(rows, DenseTableGradient.WaitingFloats(count, width, samples))
            : rows;
    }

    /// <summary>Writes piece p of the range at pieces + p · pieceStride. Shapes: dy is what comes back.</summary>
    internal static void Run<TLanes, TVector>(
        in TableRows table, float* dy, in MicrobatchRange range, float* pieces, int pieceStride, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (IsSummedWhole<TLanes, TVector>(
            table.Count, table.Width, range.Count, range.Samples * table.PerSample))
        {
            DenseTableGradient.Run<TLanes, TVector>(
                table, dy, range, 0, table.Count, pieces, pieceStride, workspace);
        }
        else
        {
            RunByRow<TLanes, TVector>(table, dy, range, pieces, pieceStride, workspace);
        }
    }

    private static bool IsSummedWhole<TLanes, TVector>(int count, int width, int microbatches, int reads)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        TLanes.Count == 1 || (long)count * width * microbatches < (long)FloatsPerRead * reads;

    /// <summary>Each row that is read by itself.</summary>
    internal static void RunByRow<TLanes, TVector>(
        in TableRows table, float* dy, in MicrobatchRange range, float* pieces, int pieceStride, float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var sums = new RowSums(table, dy, range, ref workspace);
        Span<TreePiece> blocks = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        blocks = blocks[..CanonicalTree.Pieces(range.First, range.Count, blocks)];
        foreach (var block in blocks)
        {
            var part = range.Slice(block.First - range.First, block.Size);
            var from = (part.First - range.First) * range.Size * table.PerSample;
            var to = from + (part.Samples * table.PerSample);
            new Span<float>(pieces, table.Count * table.Width).Clear();
            sums.Link(from, to);
            for (var read = from; read < to; read++)
            {
                if (sums.TakeRow(read) is var row and not RowSums.None)
                {
                    sums.Sum<TLanes, TVector>(read, pieces + ((nint)row * table.Width));
                }
            }

            pieces += pieceStride;
        }
    }
}
