using System.Numerics;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The sum over a micro-batch, which may come in turns.</summary>
internal unsafe interface ISampleSum
{
    /// <summary>Adds so many samples of one micro-batch, in their order.</summary>
    /// <param name="first">In the range, the first of these samples.</param>
    /// <param name="begins">True where the micro-batch begins with them.</param>
    /// <param name="ends">True where it ends with them: then sum must be there, before that it may be anything.</param>
    public void Add(nint first, int samples, bool begins, bool ends, float* sum);
}

/// <summary>Sums over micro-batches along the canonical tree, where each sample's part is a kernel.</summary>
/// <remarks>
/// Shapes: a sum is [length]; piece p of the range goes to pieces + p · pieceStride. A leaf is its samples in order, a
/// node left + right. After micro-batch k of a piece as many neighbours are merged as k + 1 has factors of two, and as
/// many sums wait as k + 1 has ones.
/// </remarks>
internal static unsafe class MicrobatchTree
{
    /// <summary>Room for the sums that can wait at one time; the lowest waits in the result's memory.</summary>
    internal static int WaitingFloats(int length, int microbatches) =>
        checked(AlignedBuffer.WholeLines(length) * (BitOperations.Log2((uint)Math.Max(microbatches, 1)) + 1));

    /// <summary>
    /// Adds so many samples of the range from one on. All of them must come, in order; what waits must stay between.
    /// </summary>
    internal static void Run<TLanes, TVector, TSample>(
        in TSample part,
        int length,
        in MicrobatchRange range,
        int first,
        int samples,
        float* pieces,
        int pieceStride,
        float* waiting)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TSample : struct, ISampleSum
    {
        Span<TreePiece> blocks = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        blocks = blocks[..CanonicalTree.Pieces(range.First, range.Count, blocks)];
        var end = first + samples;
        for (var at = first; at < end;)
        {
            var microbatch = at / range.Size;
            var (start, full) = (microbatch * range.Size, range.SamplesIn(microbatch));
            var count = Math.Min(start + full, end) - at;
            var piece = PieceOf(range.First + microbatch, blocks);
            var leaf = range.First + microbatch - blocks[piece].First;
            var result = pieces + ((nint)piece * pieceStride);
            var depth = BitOperations.PopCount((uint)leaf);
            var ends = at + count == start + full;
            part.Add(at, count, at == start, ends, Slot(result, waiting, length, depth));
            for (var merges = ends ? BitOperations.TrailingZeroCount(leaf + 1) : 0; merges > 0; merges--, depth--)
            {
                var left = Slot(result, waiting, length, depth - 1);
                var right = Slot(result, waiting, length, depth);
                ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, left, right, left, length);
            }

            at += count;
        }
    }

    private static int PieceOf(int microbatch, ReadOnlySpan<TreePiece> pieces)
    {
        var piece = 0;
        while (microbatch >= pieces[piece].First + pieces[piece].Size)
        {
            piece++;
        }

        return piece;
    }

    private static float* Slot(float* result, float* waiting, int length, int depth) =>
        depth == 0 ? result : waiting + ((nint)(depth - 1) * AlignedBuffer.WholeLines(length));
}
