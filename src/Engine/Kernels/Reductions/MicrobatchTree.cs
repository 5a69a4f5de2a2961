using System.Numerics;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>The sum over a micro-batch.</summary>
internal unsafe interface ISampleSum
{
    /// <summary>Writes the sum of so many samples of the range, in their order.</summary>
    public void Write(nint first, int samples, float* sum);
}

/// <summary>Sums over micro-batches along the canonical tree, where each sample's part is a kernel.</summary>
/// <remarks>
/// Shapes: a sum is [length]; piece p of the range goes to pieces + p · pieceStride. A leaf is its samples in order, a
/// node left + right. After micro-batch k of a piece as many neighbours are merged as k + 1 has factors of two.
/// </remarks>
internal static unsafe class MicrobatchTree
{
    /// <summary>Room for the sums that can wait at one time; the lowest waits in the result's memory.</summary>
    internal static int WaitingFloats(int length, int microbatches) =>
        checked(Lines(length) * (BitOperations.Log2((uint)Math.Max(microbatches, 1)) + 1));

    internal static void Run<TLanes, TVector, TSample>(
        in TSample part, int length, in MicrobatchRange range, float* pieces, int pieceStride, float* waiting)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TSample : struct, ISampleSum
    {
        Span<TreePiece> blocks = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        var count = CanonicalTree.Pieces(range.First, range.Count, blocks);
        for (var p = 0; p < count; p++)
        {
            var first = blocks[p].First - range.First;
            var result = pieces + ((nint)p * pieceStride);
            var depth = 0;
            for (var leaf = 0; leaf < blocks[p].Size; leaf++)
            {
                var sum = Slot(result, waiting, length, depth++);
                part.Write((nint)(first + leaf) * range.Size, range.SamplesIn(first + leaf), sum);

                for (var merges = BitOperations.TrailingZeroCount(leaf + 1); merges > 0; merges--)
                {
                    depth--;
                    var left = Slot(result, waiting, length, depth - 1);
                    var right = Slot(result, waiting, length, depth);
                    ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, left, right, left, length);
                }
            }
        }
    }

    private static float* Slot(float* result, float* waiting, int length, int depth) =>
        depth == 0 ? result : waiting + ((nint)(depth - 1) * Lines(length));

    private static int Lines(int floats) =>
        checked(floats + AlignedBuffer.LineFloats - 1) / AlignedBuffer.LineFloats * AlignedBuffer.LineFloats;
}
