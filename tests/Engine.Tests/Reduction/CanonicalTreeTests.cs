using System.Numerics;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Reduction;

/// <summary>
/// The tree as an expression: every way of cutting n leaves into ranges must give the very parentheses of the naive
/// recursion, so no rounding can differ.
/// </summary>
public sealed class CanonicalTreeTests
{
    [Fact]
    public void Tree_SplitsAtTheLargestPowerOfTwoBelow()
    {
        Assert.Equal("0", Naive(0, 1));
        Assert.Equal("((0+1)+2)", Naive(0, 3));
        Assert.Equal("(((0+1)+(2+3))+(4+5))", Naive(0, 6));
    }

    [Fact]
    public void Pieces_CoverTheRangeExactly_WithLargestAlignedBlocks()
    {
        for (var first = 0; first <= 70; first++)
        {
            for (var count = 0; count <= 70; count++)
            {
                var blocks = PiecesOf(first, count);
                Assert.Equal(blocks.Length, CanonicalTree.PieceCount(first, count));
                var next = first;
                foreach (var block in blocks)
                {
                    Assert.Equal(next, block.First);
                    Assert.True(int.IsPow2(block.Size) && block.First % block.Size == 0, block.ToString());
                    next += block.Size;
                }

                Assert.Equal(first + count, next);

                // Largest: no two neighbours are siblings that could be one block.
                Assert.DoesNotContain(
                    blocks.Zip(blocks.Skip(1)),
                    p => p.First.Size == p.Second.Size && p.First.First % (2 * p.First.Size) == 0);
            }
        }
    }

    [Fact]
    public void PiecesMax_IsReached_BySomeRangeOfAtMostThatCount()
    {
        var worst = 0;
        for (var count = 0; count <= 300; count++)
        {
            worst = Math.Max(worst, Enumerable.Range(0, 1024).Max(first => CanonicalTree.PieceCount(first, count)));
            Assert.Equal(CanonicalTree.PiecesMax(count), worst);
        }
    }

    [Fact]
    public void WaitingMax_IsReached_WhileSomeRangeOfThatCountIsSummed()
    {
        for (var count = 1; count <= 100; count++)
        {
            var waiting = Enumerable.Range(0, 512).Max(first => Enumerable.Range(0, count).Max(
                done => CanonicalTree.PieceCount(first, done) + 1));
            Assert.Equal(CanonicalTree.WaitingMax(count), waiting);
        }

        Assert.Equal(0, CanonicalTree.WaitingMax(0));
    }

    [Fact]
    public void Cuttings_FinishToTheSameExpression_Always()
    {
        var random = new Random(20);
        for (var n = 1; n <= 130; n++)
        {
            for (var trial = 0; trial < 30; trial++)
            {
                var parts = random.Next(1, 10);
                int[] cuts = [0, .. Enumerable.Range(0, parts - 1).Select(_ => random.Next(n + 1)).Order(), n];
                var ranges = cuts.Zip(cuts.Skip(1), (from, to) => (First: from, Count: to - from));
                var pieces = ranges.SelectMany(range => RunningSum(range.First, range.Count)).ToArray();
                Assert.Equal(Naive(0, n), Finish(pieces));
            }
        }
    }

    [Fact]
    public void MergesAfter_AddsLeavesUpToThePieces_WithinTheirRange()
    {
        for (var first = 0; first <= 40; first++)
        {
            for (var count = 0; count <= 40; count++)
            {
                var expected = PiecesOf(first, count).Select(block => (block, Naive(block.First, block.Size)));
                Assert.Equal(expected, RunningSum(first, count));
            }
        }
    }

    [Fact]
    public void Sum_FollowsTheTree_ForFloats()
    {
        for (var n = 0; n <= 200; n++)
        {
            var random = new Random(n);
            var leaves = Enumerable.Range(0, n).Select(_ => random.NextSingle() - 0.5f).ToArray();
            Assert.Equal(n == 0 ? 0f : NaiveSum(leaves), CanonicalTree.Sum(leaves));
        }
    }

    private static TreePiece[] PiecesOf(int first, int count)
    {
        // Exactly PiecesMax long: a bound that is too small throws here.
        var pieces = new TreePiece[CanonicalTree.PiecesMax(count)];
        return pieces[..CanonicalTree.Pieces(first, count, pieces)];
    }

    private static string Naive(int first, int count)
    {
        if (count == 1)
        {
            return $"{first}";
        }

        var left = 1 << BitOperations.Log2((uint)count - 1);
        return $"({Naive(first, left)}+{Naive(first + left, count - left)})";
    }

    private static float NaiveSum(ReadOnlySpan<float> leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var left = 1 << BitOperations.Log2((uint)leaves.Length - 1);
        return NaiveSum(leaves[..left]) + NaiveSum(leaves[left..]);
    }

    /// <summary>What a worker does: leaf after leaf onto a stack, merging as MergesAfter says.</summary>
    private static List<(TreePiece Block, string Expression)> RunningSum(int first, int count)
    {
        var stack = new List<(TreePiece Block, string Expression)>();
        for (var leaf = first; leaf < first + count; leaf++)
        {
            Push(stack, first, new TreePiece(leaf, 1), $"{leaf}");
        }

        return stack;
    }

    /// <summary>What an owner does: all pieces in order in the same way, then right to left.</summary>
    private static string Finish((TreePiece Block, string Expression)[] pieces)
    {
        var stack = new List<(TreePiece Block, string Expression)>();
        foreach (var (block, expression) in pieces)
        {
            Push(stack, 0, block, expression);
        }

        return stack.Select(item => item.Expression).Reverse().Aggregate((right, left) => $"({left}+{right})");
    }

    private static void Push(
        List<(TreePiece Block, string Expression)> stack, int rangeFirst, TreePiece block, string expression)
    {
        for (var merges = CanonicalTree.MergesAfter(rangeFirst, block); merges > 0; merges--)
        {
            var left = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            Assert.Equal(left.Block.Size, block.Size);
            block = new TreePiece(left.Block.First, 2 * block.Size);
            expression = $"({left.Expression}+{expression})";
        }

        stack.Add((block, expression));
    }
}
