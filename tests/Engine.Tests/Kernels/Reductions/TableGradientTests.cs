using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Reductions;

/// <summary>
/// Gradients to tables, row by row and in strips, against the sums of whole tables for every micro-batch: the same
/// bits on every path, for rows that are read by none, one, some or all micro-batches, and indices that are no row's.
/// </summary>
public sealed unsafe class TableGradientTests
{
    public static TheoryData<int> Widths => [1, 3, 4, 7, 8, 15, 16, 17, 33, 64, 100];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Pieces_HaveTheBitsOfTheDefinition_HoweverTheyAreSummed(int width)
    {
        foreach (var example in Examples(width))
        {
            var expected = new GuardedFloats(example.Pieces * example.TableFloats, 1);
            EveryPath.Run(KernelPath.Definition, new Pieces(example, byRow: false, expected));
            foreach (var (path, byRow) in EveryPath.Wide.SelectMany(path => new[] { (path, false), (path, true) }))
            {
                var context = $"{example}, {path}, row by row: {byRow}";
                var actual = new GuardedFloats(expected.Length, 2);
                EveryPath.Run(path, new Pieces(example, byRow, actual));
                Bits.AssertEqual(expected.Span, actual.Span, context);
                actual.AssertGuardsIntact(context);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Strips_HaveTheBitsOfAFinishedTree_WhoeverTakesThem(int width)
    {
        foreach (var one in Examples(width))
        {
            var example = one with { Range = MicrobatchRange.Whole(one.Range.Samples, one.Range.Size) };
            var pieces = new GuardedFloats(example.Pieces * example.TableFloats, 0);
            var expected = new float[example.TableFloats];
            EveryPath.Run(KernelPath.Definition, new Pieces(example, byRow: false, pieces));
            fixed (float* sums = expected)
            {
                FinishPlan.Of(example.Range.Count).Run<ScalarLanes, float>(
                    pieces.Pointer, example.TableFloats, example.TableFloats, sums);
            }

            foreach (var path in EveryPath.Wide.Append(KernelPath.Definition))
            {
                var strips = new Strips(example, workers: 1 + (width % 3));
                EveryPath.Run(path, strips);
                Bits.AssertEqual(expected, strips.Taken, $"{example}, {path}");
            }
        }
    }

    /// <summary>−0 comes back to a row: a chain from +0 makes it +0, whichever way it is summed.</summary>
    [Fact]
    public void Sums_ArePlusZero_WhenOnlyMinusZeroComesBack()
    {
        var example = new Example(4, 1, 3, new MicrobatchRange(0, 2, 1, 2), [1, 1], [.. Enumerable.Repeat(-0f, 6)]);
        foreach (var path in EveryPath.Wide)
        {
            var actual = new GuardedFloats(example.TableFloats, 0);
            EveryPath.Run(path, new Pieces(example, byRow: true, actual));
            Assert.All(actual.Span.ToArray(), sum => Assert.Equal(0, BitConverter.SingleToInt32Bits(sum)));
        }
    }

    /// <summary>Tables of 1 to 40 rows; shards from anywhere in a mini-batch on, the last micro-batch short.</summary>
    private static IEnumerable<Example> Examples(int width)
    {
        var random = new Random(width);
        for (var i = 0; i < (EveryPath.IsSlow ? 4 : 20); i++)
        {
            var (count, perSample, size) = (random.Next(1, 40), random.Next(1, 5), random.Next(1, 4));
            var microbatches = random.Next(1, 14);
            var samples = (microbatches * size) - random.Next(size);
            var range = new MicrobatchRange(random.Next(9), microbatches, size, samples);
            var indices = new float[samples * perSample];
            for (var read = 0; read < indices.Length; read++)
            {
                indices[read] = random.Next(8) switch
                {
                    0 => new[] { -1, 0.5f, count, float.NaN, float.PositiveInfinity, -0f }[random.Next(6)],
                    1 or 2 => 0,
                    _ => random.Next(count),
                };
            }

            var dy = random.Next(3) == 0
                ? SampleFloats.WithSpecials(indices.Length * width, i)
                : SampleFloats.Ordinary(indices.Length * width, i);
            yield return new Example(count, perSample, width, range, indices, dy);
        }
    }

    private sealed record Example(
        int Count, int PerSample, int Width, MicrobatchRange Range, float[] Indices, float[] Dy)
    {
        internal int TableFloats => Count * Width;

        internal int Pieces => CanonicalTree.PieceCount(Range.First, Range.Count);

        public override string ToString() => $"{Count} rows of {Width}, {PerSample} reads, {Range}";
    }

    private sealed class Pieces(Example example, bool byRow, GuardedFloats result) : IPathCall
    {
        private readonly GuardedFloats _indices = new(example.Indices, 1);
        private readonly GuardedFloats _dy = new(example.Dy, 3);

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var table = new TableRows(_indices.Pointer, example.PerSample, example.Count, example.Width);
            var workspace = new GuardedFloats(
                TableGradient.WorkspaceFloats<TLanes, TVector>(
                    example.PerSample, example.Count, example.Width, example.Range.Samples), 0);
            if (byRow)
            {
                TableGradient.RunByRow<TLanes, TVector>(
                    table, _dy.Pointer, example.Range, result.Pointer, example.TableFloats, workspace.Pointer);
            }
            else
            {
                TableGradient.Run<TLanes, TVector>(
                    table, _dy.Pointer, example.Range, result.Pointer, example.TableFloats, workspace.Pointer);
            }

            workspace.AssertGuardsIntact("workspace");
        }
    }

    /// <summary>Strips of all workers, taken in turns by one thread; each row is to come once.</summary>
    private sealed class Strips(Example example, int workers) : IPathCall, IGradientStrips
    {
        private const int Place = 5;

        private readonly GuardedFloats _indices = new(example.Indices, 1);
        private readonly GuardedFloats _dy = new(example.Dy, 3);

        internal float[] Taken { get; } = [.. Enumerable.Repeat(float.NegativeZero, example.TableFloats)];

        public int Buffers => 0;

        public bool ClaimsParameters => false;

        public float* Beside(int buffer, int place) => throw new InvalidOperationException("there is no buffer");

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var table = new TableRows(_indices.Pointer, example.PerSample, example.Count, example.Width);
            var workspace = new GuardedFloats(
                TableStrips.WorkspaceFloats<TLanes, TVector>(
                    example.PerSample, example.Count, example.Width, example.Range.Samples), 0);
            var shares = new StripShares(1, workers);
            for (var rank = 0; rank < workers; rank++)
            {
                TableStrips.Run<TLanes, TVector>(
                    table, _dy.Pointer, example.Range, FinishPlan.Of(example.Range.Count), shares.For(0, rank), this,
                    Place, workspace.Pointer);
            }

            workspace.AssertGuardsIntact("workspace");
        }

        public void Take(float* sums, int rows, int columns, int place, int placeStride)
        {
            Assert.Equal(columns, placeStride);
            var to = Taken.AsSpan(place - Place, rows * columns);
            foreach (var before in to)
            {
                Assert.True(before == 0 && float.IsNegative(before), "a row came twice");
            }

            new ReadOnlySpan<float>(sums, to.Length).CopyTo(to);
        }
    }
}
