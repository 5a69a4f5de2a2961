using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Reduction;

/// <summary>
/// Goal: threads' pieces become the shard's, in every bit. Method: each leaf is a row of random floats; what one thread
/// and what several would have left is summed by the naive recursion.
/// </summary>
public sealed class PieceMergeTests
{
    private const int Length = 37;

    public static TheoryData<string> Paths => [.. KernelPaths.All.Select(path => path.ToString())];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Run_LeavesThePiecesOfOneThread_HoweverTheShardIsCut(string path)
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var (first, count) = (random.Next(20), 1 + random.Next(20));
            var shard = MicrobatchRange.Part(1000, 4, first, count);
            var parts = round % 2 == 0 ? RangeCut.Into(shard, 1 + random.Next(5)) : Anyhow(shard, random);
            Check(shard, parts, Enum.Parse<KernelPath>(path), split: random.Next(Length + 1), round);
        }
    }

    [Fact]
    public void HasSums_IsFalse_WhenEveryPieceIsOneThreads()
    {
        var shard = MicrobatchRange.Part(100, 4, 1, 7); // 1, 2–3, 4–7
        var sources = Enumerable.Range(0, 2).Select(_ => new PartialSums(Length, 4)).ToList();
        var merge = PieceMerge.Create(shard, RangeCut.Into(shard, 2), sources, KernelPaths.Best);
        Assert.False(merge.HasSums);
        Assert.Equal(
            [(sources[0], 0), (sources[0], 1), (sources[1], 0)],
            Enumerable.Range(0, merge.Count).Select(merge.PlaceOf).Select(place => (place.Sums, place.Piece)));
    }

    [Fact]
    public void Create_Refuses_WhenPartsDoNotMakeUpTheShard()
    {
        var shard = MicrobatchRange.Part(100, 4, 2, 4);
        PartialSums[] sources = [new(Length, 4), new(Length, 4)];
        var gap = new[] { MicrobatchRange.Part(100, 4, 2, 1), MicrobatchRange.Part(100, 4, 4, 2) };
        Assert.Contains(
            "part 1 starts at micro-batch 4: needs 3",
            Assert.Throws<ArgumentException>(() => PieceMerge.Create(shard, gap, sources, KernelPaths.Best)).Message,
            StringComparison.Ordinal);
        var shorter = new[] { MicrobatchRange.Part(100, 4, 2, 1), MicrobatchRange.Part(100, 4, 3, 2) };
        Assert.Contains(
            "end at micro-batch 5: needs 6",
            Assert.Throws<ArgumentException>(() => PieceMerge.Create(shard, shorter, sources, KernelPaths.Best))
                .Message,
            StringComparison.Ordinal);
    }

    private static void Check(
        MicrobatchRange shard, IReadOnlyList<MicrobatchRange> parts, KernelPath path, int split, int round)
    {
        var random = new Random(round);
        var leaves = Enumerable.Range(0, shard.Count)
            .Select(_ => Enumerable.Range(0, Length).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())
            .ToArray();
        var sources = parts.Select(part => Summed(part, leaves, shard.First)).ToList();
        var merge = PieceMerge.Create(shard, parts, sources, path);
        merge.Run(0, split);
        merge.Run(split, Length - split);
        var truth = Summed(shard, leaves, shard.First);
        Assert.Equal(CanonicalTree.PieceCount(shard.First, shard.Count), merge.Count);
        for (var piece = 0; piece < merge.Count; piece++)
        {
            Assert.Equal(Bits(truth.Piece(piece)), Bits(merge.PlaceOf(piece).Floats));
        }
    }

    /// <summary>What one thread leaves for a range.</summary>
    private static PartialSums Summed(MicrobatchRange range, float[][] leaves, int firstLeaf)
    {
        var sums = new PartialSums(Length, CanonicalTree.PiecesMax(range.Count));
        Span<TreePiece> pieces = stackalloc TreePiece[64];
        for (var (i, count) = (0, CanonicalTree.Pieces(range.First, range.Count, pieces)); i < count; i++)
        {
            for (var element = 0; element < Length; element++)
            {
                sums.Piece(i)[element] = Node(leaves, pieces[i].First - firstLeaf, pieces[i].Size, element);
            }
        }

        return sums;
    }

    private static float Node(float[][] leaves, int first, int size, int element) => size == 1
        ? leaves[first][element]
        : Node(leaves, first, size / 2, element) + Node(leaves, first + (size / 2), size / 2, element);

    private static MicrobatchRange[] Anyhow(MicrobatchRange shard, Random random)
    {
        var cuts = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(shard.Count + 1)).Order()
            .Prepend(0).Append(shard.Count).ToList();
        return [.. cuts.Zip(cuts.Skip(1)).Select(cut => MicrobatchRange.Part(
            1000, 4, shard.First + cut.First, cut.Second - cut.First))];
    }

    private static uint[] Bits(ReadOnlySpan<float> floats) =>
        [.. floats.ToArray().Select(BitConverter.SingleToUInt32Bits)];
}
