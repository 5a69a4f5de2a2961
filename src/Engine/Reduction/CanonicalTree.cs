using System.Numerics;

namespace Distributed.Engine.Reduction;

/// <summary>
/// The one fixed binary tree over micro-batch indices along which everything global is summed: n leaves are split at
/// the largest power of two below n, left and right again so.
/// </summary>
/// <remarks>
/// Because of that split, every aligned block of 2ʲ leaves inside n is a node, whatever n is. So a worker adds up the
/// largest aligned blocks inside its range (<see cref="Pieces"/>) without knowing the others, and whoever has all the
/// pieces of a batch, in order, finishes the same tree (<see cref="MergesAfter"/>, then right to left).
/// The sum therefore does not depend on how the micro-batches were dealt out.
/// </remarks>
public static class CanonicalTree
{
    /// <summary>The most pieces that a range of at most so many micro-batches can have; one has them.</summary>
    /// <remarks>
    /// The worst range climbs 1, 2, … 2ᵃ⁻¹ and comes down again, 2a pieces for 2ᵃ⁺¹ − 2 micro-batches; 2ᵃ more
    /// make room for one more.
    /// </remarks>
    public static int PiecesMax(int count)
    {
        var climb = BitOperations.Log2((uint)count + 2) - 1;
        return (2 * climb) + ((uint)count + 2 >= 3u << climb ? 1 : 0);
    }

    /// <summary>
    /// The most pieces that wait while a range of so many micro-batches is summed a node after the other: those of
    /// what is summed so far, and the newest.
    /// </summary>
    public static int WaitingMax(int count) => count == 0 ? 0 : PiecesMax(count - 1) + 1;

    /// <summary>
    /// Writes the largest aligned blocks that make up [first, first + count), left to right, and returns how many.
    /// </summary>
    public static int Pieces(int first, int count, Span<TreePiece> pieces)
    {
        var written = 0;
        var end = first + count;
        while (first < end)
        {
            var piece = NodeAt(first, end - first);
            pieces[written++] = piece;
            first += piece.Size;
        }

        return written;
    }

    /// <summary>How many pieces <see cref="Pieces"/> would write.</summary>
    public static int PieceCount(int first, int count)
    {
        var pieces = 0;
        for (var end = first + count; first < end; first += NodeAt(first, end - first).Size)
        {
            pieces++;
        }

        return pieces;
    }

    /// <summary>The largest aligned block from first on within so many micro-batches.</summary>
    public static TreePiece NodeAt(int first, int available)
    {
        var largest = 1 << BitOperations.Log2((uint)available);
        return new TreePiece(first, first == 0 ? largest : Math.Min(largest, first & -first));
    }

    /// <summary>
    /// How many finished neighbours to the left the block joins once it is summed, in a range that starts at
    /// rangeFirst: a running sum keeps a stack of blocks, adds the top one this many times, then pushes the result.
    /// </summary>
    public static int MergesAfter(int rangeFirst, TreePiece block)
    {
        var merges = 0;
        var (first, size) = (block.First, block.Size);
        while ((first & size) != 0 && first - size >= rangeFirst)
        {
            first -= size;
            size *= 2;
            merges++;
        }

        return merges;
    }

    /// <summary>The sum of the leaves along the tree, leaf i being micro-batch i; +0 for none.</summary>
    public static float Sum(ReadOnlySpan<float> leaves)
    {
        Span<float> stack = stackalloc float[32];
        var top = -1;
        for (var leaf = 0; leaf < leaves.Length; leaf++)
        {
            stack[++top] = leaves[leaf];
            for (var merges = BitOperations.TrailingZeroCount(leaf + 1); merges > 0; merges--)
            {
                top--;
                stack[top] += stack[top + 1];
            }
        }

        // What remains is folded from right to left: 13 leaves are 8 + (4 + 1).
        for (; top > 0; top--)
        {
            stack[top - 1] += stack[top];
        }

        return leaves.IsEmpty ? 0 : stack[0];
    }
}

/// <summary>An aligned block of micro-batches: Size is a power of two and First a multiple of it.</summary>
public readonly record struct TreePiece(int First, int Size);
