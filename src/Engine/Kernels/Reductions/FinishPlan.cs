using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>
/// How to finish the canonical tree from all the pieces of a mini-batch: built once, run for any range of elements.
/// </summary>
/// <remarks>
/// Aligned siblings are merged as in a binary counter, then what remains is folded from right to left: 13 leaves give
/// T = 8 + (4 + 1). The pieces can be cut in any way; the sum is the same bits.
/// Errors: ArgumentException naming the first piece that is not an aligned block right after the one before it.
/// </remarks>
internal sealed unsafe class FinishPlan
{
    /// <summary>Floats of a partial sum at a time: a whole stack of them stays in the nearest cache.</summary>
    private const int BlockFloats = 256;

    private const int Add = -1;

    /// <summary>A postfix program: the index of a piece pushes it, Add replaces the top two by their sum.</summary>
    private readonly int[] _program;

    private readonly int _depth;

    internal FinishPlan(ReadOnlySpan<TreePiece> pieces)
    {
        var program = new List<int>();
        var stack = new List<TreePiece>();
        var next = 0;
        for (var p = 0; p < pieces.Length; p++)
        {
            var piece = pieces[p];
            ThrowWhereMisplaced(piece, p, next);
            next += piece.Size;
            program.Add(p);
            stack.Add(piece);

            // Neighbours of equal size are siblings: the left one, were it a right child, would have merged before.
            _depth = Math.Max(_depth, stack.Count);
            while (stack.Count >= 2 && stack[^2].Size == stack[^1].Size)
            {
                MergeTop(stack, program);
            }
        }

        while (stack.Count >= 2)
        {
            MergeTop(stack, program);
        }

        if (pieces.Length == 0)
        {
            throw new ArgumentException("tree finish: a mini-batch of no pieces has no sum", nameof(pieces));
        }

        PieceCount = pieces.Length;
        _program = program.ToArray();
    }

    internal int PieceCount { get; }

    /// <summary>For a whole mini-batch of so many micro-batches that one sums alone.</summary>
    internal static FinishPlan Of(int microbatches)
    {
        Span<TreePiece> pieces = stackalloc TreePiece[CanonicalTree.PiecesMax(microbatches)];
        return new FinishPlan(pieces[..CanonicalTree.Pieces(0, microbatches, pieces)]);
    }

    /// <summary>The tree over pieces that lie so many floats apart.</summary>
    internal void Run<TLanes, TVector>(float* pieces, int stride, int count, float* destination)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var bases = stackalloc float*[PieceCount];
        for (var piece = 0; piece < PieceCount; piece++)
        {
            bases[piece] = pieces + ((nint)piece * stride);
        }

        Run<TLanes, TVector>(bases, 0, count, destination);
    }

    /// <summary>
    /// destination[i] = the tree over pieceBases[p][offset + i] for i in [0, count). The destination may be a piece's
    /// own elements (pieceBases[p] + offset), but overlap no piece in part.
    /// </summary>
    internal void Run<TLanes, TVector>(float** pieceBases, int offset, int count, float* destination)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (PieceCount == 1)
        {
            var source = pieceBases[0] + offset;
            Buffer.MemoryCopy(source, destination, (long)count * sizeof(float), (long)count * sizeof(float));
        }
        else if (PieceCount == 2)
        {
            ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(
                default, pieceBases[0] + offset, pieceBases[1] + offset, destination, count);
        }
        else
        {
            RunProgram<TLanes, TVector>(pieceBases, offset, count, destination);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(HotLoop.Options)]
    private void RunProgram<TLanes, TVector>(float** pieceBases, int offset, int count, float* destination)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        // A pushed piece is only pointed at; a sum goes into the scratch row of its place on the stack, the last one
        // to the destination.
        var scratch = stackalloc float[_depth * BlockFloats];
        var stack = stackalloc float*[_depth];
        for (var i = 0; i < count; i += BlockFloats)
        {
            var width = Math.Min(BlockFloats, count - i);
            var top = -1;
            for (var step = 0; step < _program.Length; step++)
            {
                if (_program[step] != Add)
                {
                    stack[++top] = pieceBases[_program[step]] + offset + i;
                    continue;
                }

                top--;
                var sum = step == _program.Length - 1 ? destination + i : scratch + (top * BlockFloats);
                ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, stack[top], stack[top + 1], sum, width);
                stack[top] = sum;
            }
        }
    }

    private static void MergeTop(List<TreePiece> stack, List<int> program)
    {
        stack[^2] = new TreePiece(stack[^2].First, stack[^2].Size + stack[^1].Size);
        stack.RemoveAt(stack.Count - 1);
        program.Add(Add);
    }

    private static void ThrowWhereMisplaced(TreePiece piece, int index, int next)
    {
        if (piece.First != next || piece.Size <= 0 || !int.IsPow2(piece.Size) || piece.First % piece.Size != 0)
        {
            throw new ArgumentException(
                $"tree finish: piece {index} is micro-batches {piece.First} + {piece.Size}, "
                + $"needed is an aligned block of a power of two that starts at {next}");
        }
    }
}
