using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Reductions;

/// <summary>
/// Shards of a mini-batch, summed piece by piece and then finished, against one whole batch cut nowhere.
/// </summary>
public sealed unsafe class MicrobatchSumTests
{
    private const int Size = 4;

    [Fact]
    public void Sum_EqualsTheDefinition_AtEveryWidth()
    {
        foreach (var n in EveryPath.Lengths)
        {
            var range = MicrobatchRange.Part(batchSamples: 53, Size, first: 3, count: 11);
            var x = SampleFloats.Ordinary(range.Samples * n, n);
            var expected = Pieces(KernelPath.Definition, x, n, range, 0);
            foreach (var path in EveryPath.Wide)
            {
                foreach (var offset in EveryPath.Offsets)
                {
                    var actual = Pieces(path, x, n, range, offset);
                    Bits.AssertEqual(expected, actual, $"{path}, n {n}, offset {offset}");
                }
            }
        }
    }

    [Fact]
    public void Sum_EqualsTheDefinition_ForEveryRangeOfABatch()
    {
        const int N = 37;
        var batch = SampleFloats.WithSpecials(50 * N, 9);
        var count = MicrobatchRange.CountOf(50, Size);
        for (var first = 0; first <= count; first++)
        {
            for (var length = 0; first + length <= count; length++)
            {
                var range = MicrobatchRange.Part(50, Size, first, length);
                var x = batch.AsSpan(range.FirstSample > 50 ? 0 : range.FirstSample * N, range.Samples * N).ToArray();
                var expected = Oracle(x, N, range);
                foreach (var path in KernelPaths.All)
                {
                    Bits.AssertEqual(expected, Pieces(path, x, N, range, 1), $"{path}, {range}");
                }
            }
        }
    }

    [Fact]
    public void ShardsAndFinish_GiveTheWholeBatchesSum_HoweverItIsCut()
    {
        const int N = 19;
        var random = new Random(4);
        foreach (var samples in new[] { 1, 4, 5, 31, 52, 64, 100 })
        {
            var batch = SampleFloats.Ordinary(samples * N, samples);
            var count = MicrobatchRange.CountOf(samples, Size);
            var whole = Finish([Shard(batch, samples, N, 0, count)], N);
            for (var trial = 0; trial < 20; trial++)
            {
                int[] cuts = [0, .. Enumerable.Range(0, 3).Select(_ => random.Next(count + 1)).Order(), count];
                var shards = cuts.Zip(cuts.Skip(1), (from, to) => Shard(batch, samples, N, from, to - from)).ToArray();
                Bits.AssertEqual(whole, Finish(shards, N), $"{samples} samples cut at {string.Join(' ', cuts)}");
            }
        }
    }

    private static (TreePiece[] Blocks, float[] Sums) Shard(float[] batch, int samples, int n, int first, int count)
    {
        var range = MicrobatchRange.Part(samples, Size, first, count);
        var start = Math.Min(range.FirstSample, samples);
        var x = batch.AsSpan(start * n, range.Samples * n).ToArray();
        var blocks = new TreePiece[64];
        return (blocks[..CanonicalTree.Pieces(first, count, blocks)], Pieces(KernelPath.Vector256, x, n, range, 2));
    }

    private static float[] Finish((TreePiece[] Blocks, float[] Sums)[] shards, int n)
    {
        var plan = new FinishPlan(shards.SelectMany(shard => shard.Blocks).ToArray());
        var sums = new GuardedFloats(shards.SelectMany(shard => shard.Sums).ToArray());
        var bases = stackalloc float*[plan.PieceCount];
        for (var p = 0; p < plan.PieceCount; p++)
        {
            bases[p] = sums.Pointer + (p * n);
        }

        var result = new GuardedFloats(n, 0);
        plan.Run<Lanes128, System.Runtime.Intrinsics.Vector128<float>>(bases, 0, n, result.Pointer);
        GC.KeepAlive(sums);
        return result.Span.ToArray();
    }

    /// <summary>Leaves column by column, then CanonicalTree.Sum over each piece: another way to one tree.</summary>
    private static float[] Oracle(float[] x, int n, MicrobatchRange range)
    {
        var blocks = new TreePiece[64];
        blocks = blocks[..CanonicalTree.Pieces(range.First, range.Count, blocks)];
        var sums = new List<float>();
        foreach (var block in blocks)
        {
            for (var i = 0; i < n; i++)
            {
                var leaves = new float[block.Size];
                for (var leaf = 0; leaf < leaves.Length; leaf++)
                {
                    var index = block.First - range.First + leaf;
                    for (var s = 0; s < range.SamplesIn(index); s++)
                    {
                        leaves[leaf] += x[(((index * Size) + s) * n) + i];
                    }
                }

                sums.Add(CanonicalTree.Sum(leaves));
            }
        }

        return sums.ToArray();
    }

    /// <summary>All pieces end to end; also checks the gaps of a wider stride.</summary>
    private static float[] Pieces(KernelPath path, float[] x, int n, MicrobatchRange range, int offset)
    {
        var count = CanonicalTree.PieceCount(range.First, range.Count);
        var stride = n + 3;
        var output = new GuardedFloats(count * stride, offset);
        output.Span.Fill(-1);
        EveryPath.Run(path, new Call(new GuardedFloats(x, offset / 2), n, range, output, stride));
        output.AssertGuardsIntact($"{path}, n {n}");
        var sums = new List<float>();
        for (var p = 0; p < count; p++)
        {
            var row = output.Span.Slice(p * stride, stride);
            sums.AddRange(row[..n]);
            Assert.Equal(-1, row[n..].ToArray().Distinct().Single());
        }

        return sums.ToArray();
    }

    private sealed record Call(GuardedFloats X, int N, MicrobatchRange Range, GuardedFloats Output, int Stride)
        : IPathCall
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            MicrobatchSum.Run<TLanes, TVector>(X.Pointer, N, Range, Output.Pointer, Stride);
    }
}
