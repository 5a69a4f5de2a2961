using System.Numerics;
using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>
/// Sums a shard's per-sample rows into one row for each of the shard's pieces of the canonical tree.
/// </summary>
/// <remarks>
/// Shapes: x is [range.Samples, n]; pieces has a row of n floats every pieceStride for each of the range's
/// <see cref="CanonicalTree.Pieces"/>, in their order, and does not overlap x.
/// A leaf is a micro-batch: the chain of additions over its samples, ascending from +0. A node is left + right.
/// </remarks>
internal static unsafe class MicrobatchSum
{
    /// <summary>A piece of 2ᵏ micro-batches keeps at most k sums waiting; an int counts fewer than 2³¹.</summary>
    private const int DepthMax = 31;

    [MethodImpl(HotLoop.Options)]
    internal static void Run<TLanes, TVector>(float* x, int n, MicrobatchRange range, float* pieces, int pieceStride)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        Span<TreePiece> blocks = stackalloc TreePiece[2 * DepthMax];
        var count = CanonicalTree.Pieces(range.First, range.Count, blocks);
        for (var p = 0; p < count; p++)
        {
            var first = blocks[p].First - range.First;
            var end = first + blocks[p].Size;
            var source = x + ((long)first * range.Size * n);
            var samples = Math.Min(end * range.Size, range.Samples) - (first * range.Size);
            var piece = new MicrobatchRange(blocks[p].First, blocks[p].Size, range.Size, samples);
            var destination = pieces + ((long)p * pieceStride);
            if (TLanes.Count == 1)
            {
                Definition(source, n, piece, destination);
            }
            else
            {
                VectorPath<TLanes, TVector>(source, n, piece, destination);
            }
        }
    }

    /// <summary>One whole piece, column by column, as the recursion it is.</summary>
    private static void Definition(float* x, int n, MicrobatchRange piece, float* y)
    {
        for (var i = 0; i < n; i++)
        {
            y[i] = Node(x + i, n, piece, 0, piece.Count);
        }
    }

    private static float Node(float* column, int n, MicrobatchRange piece, int first, int count)
    {
        if (count > 1)
        {
            var half = count / 2;
            return Node(column, n, piece, first, half) + Node(column, n, piece, first + half, half);
        }

        var sum = 0f;
        var start = first * piece.Size;
        for (var sample = start; sample < start + piece.SamplesIn(first); sample++)
        {
            sum += column[(long)sample * n];
        }

        return sum;
    }

    /// <summary>
    /// One whole piece, a block of columns at a time: leaves go onto a stack of partial rows, and after leaf k as many
    /// neighbours are merged as k + 1 has factors of two. The stack is at most 8 KB and stays in the nearest cache.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(HotLoop.Options)]
    private static void VectorPath<TLanes, TVector>(float* x, int n, MicrobatchRange piece, float* y)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var block = ColumnChain.Vectors * TLanes.Count;
        var stack = stackalloc float[(BitOperations.Log2((uint)piece.Count) + 1) * block];
        for (var i = 0; i < n; i += block)
        {
            var width = Math.Min(block, n - i);
            var top = stack;
            for (var leaf = 0; leaf < piece.Count; leaf++)
            {
                var rows = x + ((long)leaf * piece.Size * n) + i;
                ColumnChain.Run<TLanes, TVector>(rows, piece.SamplesIn(leaf), n, top, width);
                for (var merges = BitOperations.TrailingZeroCount(leaf + 1); merges > 0; merges--)
                {
                    top -= block;
                    ElementWiseLoop.Binary<TLanes, TVector, NodeSum>(default, top, top + block, top, width);
                }

                top += block;
            }

            Unsafe.CopyBlockUnaligned(y + i, stack, (uint)(width * sizeof(float)));
        }
    }
}
