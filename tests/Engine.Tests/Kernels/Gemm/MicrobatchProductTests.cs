using System.Numerics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Gemm;

public sealed unsafe class MicrobatchProductTests
{
    /// <summary>Every contiguous range of eleven micro-batches, the last of which is short.</summary>
    [Theory]
    [InlineData(15, 33, 43, 4, 1)]
    [InlineData(14, 32, 32, 3, 1)]
    [InlineData(22, 49, 21, 2, 3)]
    [InlineData(9, 10, 11, 1, 1)]
    public void Gradient_EqualsDefinition_ForEveryRange(int m, int n, int samples, int size, int rowsPerSample)
    {
        var batch = new Batch(m, n, samples, rowsPerSample, seed: 11);
        var count = MicrobatchRange.CountOf(samples, size);
        for (var first = 0; first <= count; first++)
        {
            for (var length = 0; length <= count - first; length++)
            {
                var range = MicrobatchRange.Part(samples, size, first, length);
                var expected = batch.Pieces(KernelPath.Definition, range);
                foreach (var path in GemmPaths.Vectorised)
                {
                    AssertSameBits(expected, batch.Pieces(path, range), $"{path} {range} of {m}×{n}");
                }
            }
        }
    }

    [Fact]
    public void Gradient_EqualsDefinition_ForEverySmallShape()
    {
        var step = GemmPaths.IsSlow ? 8 : 1;
        for (var m = 0; m <= 34; m += step)
        {
            for (var n = 0; n <= 34; n += step)
            {
                var batch = new Batch(m, n, samples: 13, rowsPerSample: 1, seed: 12);
                var range = MicrobatchRange.Part(13, 2, 1, 6);
                var expected = batch.Pieces(KernelPath.Definition, range);
                foreach (var path in GemmPaths.Vectorised)
                {
                    AssertSameBits(expected, batch.Pieces(path, range), $"{path} {m}×{n}");
                }
            }
        }
    }

    /// <summary>Tiles of each height and width, whole and at each edge.</summary>
    [Fact]
    public void Gradient_EqualsDefinition_ForEveryTile()
    {
        foreach (var m in GemmPaths.IsSlow ? [9] : new[] { 3, 4, 6, 7, 8, 10, 13, 14, 22, 51, 100 })
        {
            for (var n = 31; n <= 133; n += GemmPaths.IsSlow ? 34 : 1)
            {
                var batch = new Batch(m, n, samples: 13, rowsPerSample: 1, seed: 17);
                var range = MicrobatchRange.Part(13, 2 + (n % 2), 1, 4);
                var expected = batch.Pieces(KernelPath.Definition, range);
                foreach (var path in GemmPaths.Vectorised)
                {
                    AssertSameBits(expected, batch.Pieces(path, range), $"{path} {m}×{n}");
                }
            }
        }
    }

    /// <summary>So many rows that the right operand is cut into blocks of columns.</summary>
    [Theory]
    [InlineData(15, 97, 150, 16, 20)]
    [InlineData(29, 513, 400, 16, 1)]
    [InlineData(70, 300, 50, 16, 1)]
    [InlineData(3, 100, 2600, 64, 1)]
    [InlineData(151, 193, 300, 16, 1)]
    [InlineData(301, 450, 130, 16, 1)]
    public void Gradient_EqualsDefinition_AcrossBlocks(int m, int n, int samples, int size, int rowsPerSample)
    {
        if (GemmPaths.IsSlow)
        {
            return;
        }

        var batch = new Batch(m, n, samples, rowsPerSample, seed: 13);
        var range = MicrobatchRange.Whole(samples, size);
        var expected = batch.Pieces(KernelPath.Definition, range);
        foreach (var path in GemmPaths.Vectorised)
        {
            AssertSameBits(expected, batch.Pieces(path, range), $"{path}");
        }
    }

    /// <summary>
    /// So many rows that they are taken in stretches: of any number of micro-batches, in pieces of any size, the last
    /// one short; a micro-batch that is longer than a stretch; far rows, several blocks of columns.
    /// </summary>
    [Theory]
    [InlineData(9, 40, 2200, 16, 1, 3)]
    [InlineData(20, 70, 2101, 1, 1, 5)]
    [InlineData(15, 130, 2065, 48, 1, 0)]
    [InlineData(7, 33, 360, 4, 6, 1)]
    [InlineData(5, 20, 2400, 300, 1, 0)]
    [InlineData(3, 20, 4100, 16, 1, 2)]
    [InlineData(31, 1000, 2050, 16, 1, 0)]
    public void Gradient_EqualsDefinition_AcrossStretches(
        int m, int n, int samples, int size, int rowsPerSample, int first)
    {
        if (GemmPaths.IsSlow && m * n > 500)
        {
            return;
        }

        var batch = new Batch(m, n, samples, rowsPerSample, seed: 18);
        var range = MicrobatchRange.Part(samples, size, first, MicrobatchRange.CountOf(samples, size) - first);
        var expected = batch.Pieces(KernelPath.Definition, range);
        foreach (var path in GemmPaths.Vectorised)
        {
            AssertSameBits(expected, batch.Pieces(path, range), $"{path}");
        }
    }

    /// <summary>Rows that lie far apart are packed where many tiles read them.</summary>
    [Theory]
    [InlineData(90, 33)]
    [InlineData(20, 240)]
    [InlineData(99, 257)]
    public void Gradient_EqualsDefinition_WhenRowsLieFarApart(int m, int n)
    {
        var batch = new Batch(m, n, samples: 10, rowsPerSample: 1, seed: 16, gap: 1000);
        var range = MicrobatchRange.Part(10, 2, 1, 4);
        var expected = batch.Pieces(KernelPath.Definition, range);
        foreach (var path in GemmPaths.Vectorised)
        {
            AssertSameBits(expected, batch.Pieces(path, range), $"{path}");
        }
    }

    /// <summary>
    /// The promise that sharding changes no bit: however the micro-batches are dealt out to three workers, finishing
    /// the tree over all their pieces gives what the tree's recursive definition gives.
    /// </summary>
    [Theory]
    [InlineData(KernelPath.Definition)]
    [InlineData(KernelPath.Vector128)]
    [InlineData(KernelPath.Vector256)]
    [InlineData(KernelPath.Vector512)]
    public void Gradient_FinishesToTheSameBits_ForEverySplit(KernelPath path)
    {
        foreach (var (samples, size, rowsPerSample) in new[] { (32, 4, 1), (21, 2, 1), (13, 2, 2), (5, 16, 1) })
        {
            var batch = new Batch(9, 17, samples, rowsPerSample, seed: 14);
            var count = MicrobatchRange.CountOf(samples, size);
            var leaves = new Dictionary<TreePiece, float[]>();
            for (var leaf = 0; leaf < count; leaf++)
            {
                batch.Collect(KernelPath.Definition, MicrobatchRange.Part(samples, size, leaf, 1), leaves);
            }

            var expected = Finish(leaves, 0, count);
            for (var one = 0; one <= count; one++)
            {
                for (var two = one; two <= count; two++)
                {
                    var pieces = new Dictionary<TreePiece, float[]>();
                    batch.Collect(path, MicrobatchRange.Part(samples, size, 0, one), pieces);
                    batch.Collect(path, MicrobatchRange.Part(samples, size, one, two - one), pieces);
                    batch.Collect(path, MicrobatchRange.Part(samples, size, two, count - two), pieces);
                    AssertSameBits(expected, Finish(pieces, 0, count), $"{path}: {one} | {two} of {count}");
                }
            }
        }
    }

    [Fact]
    public void Definition_StaysWithinErrorBound_OfDoublePrecision()
    {
        const int M = 5, N = 7, Samples = 100, Size = 16;
        var batch = new Batch(M, N, Samples, rowsPerSample: 1, seed: 15);
        var pieces = new Dictionary<TreePiece, float[]>();
        batch.Collect(KernelPath.Definition, MicrobatchRange.Whole(Samples, Size), pieces);
        var actual = Finish(pieces, 0, MicrobatchRange.CountOf(Samples, Size));
        for (var i = 0; i < M * N; i++)
        {
            var (sum, absolute) = batch.Double(i / N, i % N);
            Assert.InRange(actual[i] - sum, -Samples * absolute / (1 << 24), Samples * absolute / (1 << 24));
        }
    }

    /// <summary>The tree as it is defined: n leaves are split at the largest power of two below n.</summary>
    private static float[] Finish(Dictionary<TreePiece, float[]> pieces, int first, int count)
    {
        if (pieces.TryGetValue(new TreePiece(first, count), out var piece))
        {
            return piece;
        }

        var half = 1 << BitOperations.Log2((uint)count - 1);
        var (left, right) = (Finish(pieces, first, half), Finish(pieces, first + half, count - half));
        return [.. left.Zip(right, (l, r) => l + r)];
    }

    private static void AssertSameBits(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToUInt32Bits(expected[i]) != BitConverter.SingleToUInt32Bits(actual[i]))
            {
                Assert.Fail($"{what}: float {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }

    /// <summary>The operands of a whole mini-batch, strided and unaligned.</summary>
    private sealed class Batch
    {
        private readonly int _m;
        private readonly int _n;
        private readonly int _rowsPerSample;
        private readonly int _gap;
        private readonly GuardedMemory _x = new(0);
        private readonly GuardedMemory _dy = new(0);
        private readonly GuardedMemory _pieces = new(0);
        private readonly GuardedMemory _workspace = new(0);
        private readonly float* _xPointer;
        private readonly float* _dyPointer;

        internal Batch(int m, int n, int samples, int rowsPerSample, int seed, int gap = 5)
        {
            (_m, _n, _rowsPerSample, _gap) = (m, n, rowsPerSample, gap);
            _xPointer = _x.Take(samples * rowsPerSample * (m + _gap), 1);
            _dyPointer = _dy.Take(samples * rowsPerSample * (n + _gap), 3);
            var random = new Random(seed);
            foreach (ref var value in _x.Span)
            {
                value = (2 * random.NextSingle()) - 1;
            }

            foreach (ref var value in _dy.Span)
            {
                value = (2 * random.NextSingle()) - 1;
            }
        }

        /// <summary>All pieces of the range, one after the other.</summary>
        internal float[] Pieces(KernelPath path, MicrobatchRange range)
        {
            var count = CanonicalTree.PieceCount(range.First, range.Count);
            var stride = (_m * _n) + _gap;
            var pieces = _pieces.Take(count * stride, 5);
            var rows = range.Samples * _rowsPerSample;
            var workspace = _workspace.Take(
                GemmPaths.GradientWorkspaceFloats(path, _m, _n, rows, range.Count), 0);
            var row = range.FirstSample * _rowsPerSample;
            GemmPaths.Gradient(
                path,
                _m,
                _n,
                range,
                _rowsPerSample,
                _xPointer + (row * (_m + _gap)),
                _m + _gap,
                _dyPointer + (row * (_n + _gap)),
                _n + _gap,
                pieces,
                stride,
                workspace);
            _pieces.AssertSurroundingsUntouched();
            _workspace.AssertSurroundingsUntouched();
            var result = new float[count * _m * _n];
            for (var piece = 0; piece < count; piece++)
            {
                _pieces.Span.Slice(piece * stride, _m * _n).CopyTo(result.AsSpan(piece * _m * _n));
                foreach (var value in _pieces.Span.Slice((piece * stride) + (_m * _n), _gap))
                {
                    Assert.True(GuardedMemory.IsGuard(value), "written between two pieces");
                }
            }

            return result;
        }

        /// <summary>Adds the pieces of the range to those that are there.</summary>
        internal void Collect(KernelPath path, MicrobatchRange range, Dictionary<TreePiece, float[]> all)
        {
            var blocks = new TreePiece[CanonicalTree.PieceCount(range.First, range.Count)];
            CanonicalTree.Pieces(range.First, range.Count, blocks);
            var values = Pieces(path, range);
            for (var piece = 0; piece < blocks.Length; piece++)
            {
                all.Add(blocks[piece], values.AsSpan(piece * _m * _n, _m * _n).ToArray());
            }
        }

        /// <summary>One element of the gradient, and the sum of its products' absolute values.</summary>
        internal (double Sum, double Absolute) Double(int i, int j)
        {
            var (sum, absolute) = (0d, 0d);
            for (var row = 0; row < _x.Length / (_m + _gap); row++)
            {
                var product = (double)_xPointer[(row * (_m + _gap)) + i] * _dyPointer[(row * (_n + _gap)) + j];
                sum += product;
                absolute += Math.Abs(product);
            }

            return (sum, absolute);
        }
    }
}
