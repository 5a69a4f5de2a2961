using System.Numerics;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>Micro-batches whose rows a strip of a weight gradient takes one after the other.</summary>
/// <remarks>
/// Note [Stretches]: over thousands of rows a panel of either factor has left the near caches before the next tile
/// reads it again. So rows are taken in stretches, each a node of the canonical tree and each over all tiles of a
/// strip. What a stretch sums up to waits, tile by tile, as in a binary counter; one that ends a larger node is added
/// to what waits, and the last of a piece is copied to where the piece belongs. Fewer rows are one stretch, which may
/// have several pieces.
/// </remarks>
internal unsafe struct GradientStretch
{
    /// <summary>The most rows of one of several stretches.</summary>
    private const int RowsMax = 256;

    /// <summary>
    /// Of fewer rows enough stays near: 2048×2048×2048 takes two thirds of the time in stretches, 2048×784×512 as long,
    /// 1536×300×300 1.1 times as long.
    /// </summary>
    private const int RowsOfAllMin = 8 * RowsMax;

    internal LeafPlan Leaves;

    /// <summary>Rows of the factors: the first, and how many.</summary>
    internal int Start;
    internal int Depth;

    /// <summary>The piece it belongs to; or the first of several that it has.</summary>
    internal int Piece;
    internal int PieceCount;

    /// <summary>Sums of earlier stretches of the piece that wait, and how many of them it ends.</summary>
    internal int Waiting;
    internal int Merges;

    internal bool EndsPiece;

    /// <summary>Its rows of dy, for the columns at hand.</summary>
    internal RightFactor Right;

    /// <summary>Whether so many rows are taken in several stretches, where micro-batches have no more than fit.
    /// </summary>
    internal static bool AreSeveral(int rows) => rows >= RowsOfAllMin;

    /// <summary>Room for the stretches of at most so many rows and micro-batches.</summary>
    internal static int ListFloats(int rows, int microbatches) => Blocking.RoundUp(
        checked((AreSeveral(rows) ? microbatches : 1) * (sizeof(GradientStretch) / sizeof(float))),
        AlignedBuffer.LineFloats);

    /// <summary>Writes the stretches of a range that is not empty, at most one for each micro-batch.</summary>
    /// <param name="merges">Room for a number for each micro-batch; see <see cref="LeafPlan"/>.</param>
    /// <returns>How many there are.</returns>
    internal static int Write(in MicrobatchRange range, int rowsPerSample, int* merges, GradientStretch* stretches)
    {
        Span<TreePiece> pieces = stackalloc TreePiece[CanonicalTree.PiecesMax(range.Count)];
        pieces = pieces[..CanonicalTree.Pieces(range.First, range.Count, pieces)];
        var rowsPerMicrobatch = range.Size * rowsPerSample;
        if (!AreSeveral(range.Samples * rowsPerSample) || rowsPerMicrobatch > RowsMax)
        {
            *stretches = Of(range, 0, range.Count, rowsPerSample, merges) with
            {
                PieceCount = pieces.Length,
                EndsPiece = true,
            };
            return 1;
        }

        var leavesMax = 1 << BitOperations.Log2((uint)(RowsMax / rowsPerMicrobatch));
        var count = 0;
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            var leaves = Math.Min(leavesMax, pieces[piece].Size);
            var parts = pieces[piece].Size / leaves;
            for (var part = 0; part < parts; part++)
            {
                // The merges of aligned blocks differ in their length only: all stretches write the same numbers.
                var first = pieces[piece].First - range.First + (part * leaves);
                stretches[count++] = Of(range, first, leaves, rowsPerSample, merges) with
                {
                    Piece = piece,
                    PieceCount = 1,
                    Waiting = BitOperations.PopCount((uint)part),
                    Merges = BitOperations.TrailingZeroCount(part + 1),
                    EndsPiece = part == parts - 1,
                };
            }
        }

        return count;
    }

    private static GradientStretch Of(in MicrobatchRange range, int first, int count, int rowsPerSample, int* merges)
    {
        var part = range.Slice(first, count);
        return new GradientStretch
        {
            Leaves = new LeafPlan(part, rowsPerSample, merges),
            Start = first * range.Size * rowsPerSample,
            Depth = part.Samples * rowsPerSample,
        };
    }
}
