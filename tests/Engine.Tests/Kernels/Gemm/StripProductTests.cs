using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Gemm;

/// <summary>
/// Weight gradients that are handed on in strips: every element comes once, at its place, with the bits of the
/// definition's pieces and a finished tree.
/// </summary>
public sealed unsafe class StripProductTests
{
    /// <summary>Few and many micro-batches, the last one short; several strips, blocks of columns, stretches.</summary>
    [Theory]
    [InlineData(15, 33, 43, 4, 1)]
    [InlineData(22, 49, 26, 2, 3)]
    [InlineData(9, 10, 11, 1, 1)]
    [InlineData(1, 1, 3, 16, 1)]
    [InlineData(70, 600, 50, 16, 1)]
    [InlineData(301, 130, 64, 16, 1)]
    [InlineData(40, 700, 300, 16, 1)]
    [InlineData(9, 20, 2150, 16, 1)]
    [InlineData(50, 130, 2070, 16, 1)]
    public void Strips_EqualDefinition_WhoeverMakesThem(int m, int n, int samples, int size, int rowsPerSample)
    {
        if (GemmPaths.IsSlow && m * n > 3000)
        {
            return;
        }

        var batch = MicrobatchRange.Whole(samples, size);
        var x = SampleFloats.Ordinary(samples * rowsPerSample * m, 1);
        var dy = SampleFloats.Ordinary(samples * rowsPerSample * n, 2);
        var operands = new Operands(x, dy, m, n, batch, rowsPerSample);
        var expected = Expected(operands);
        foreach (var ranks in new[] { new[] { 0 }, [0, 1], [1, 0], [2, 0, 1] })
        {
            foreach (var path in GemmPaths.Vectorised.Append(KernelPath.Definition))
            {
                var job = new Job(operands, ranks, path);
                job.Run();
                for (var i = 0; i < m * n; i++)
                {
                    var same = BitConverter.SingleToUInt32Bits(job.Taken[i])
                        == BitConverter.SingleToUInt32Bits(expected[i]);
                    Assert.True(same, $"{path}, ranks {string.Join(", ", ranks)}: element {i} is {job.Taken[i]:R}");
                }
            }
        }
    }

    private static float[] Expected(Operands of)
    {
        var pieces = new float[CanonicalTree.PieceCount(0, of.Batch.Count) * of.M * of.N];
        var sums = new float[of.M * of.N];
        fixed (float* left = of.X, right = of.Dy, all = pieces, sum = sums)
        {
            MicrobatchProductDefinition.Run(
                of.M, of.N, of.Batch, of.RowsPerSample, left, of.M, right, of.N, all, of.M * of.N);
            FinishPlan.Of(of.Batch.Count).Run<ScalarLanes, float>(all, of.M * of.N, of.M * of.N, sum);
        }

        return sums;
    }

    private sealed record Operands(float[] X, float[] Dy, int M, int N, MicrobatchRange Batch, int RowsPerSample);

    /// <summary>
    /// Workers that share a product. The first one begins; when one has made its first strip, the next begins and goes
    /// on until nothing is left, so that each takes something of its own, if there is enough, and the last one takes
    /// from the others.
    /// </summary>
    private sealed class Job(Operands operands, int[] ranks, KernelPath path)
    {
        private const float Untouched = -7654.321f;

        private readonly StripShares _shares = new(products: 1, ranks.Length);
        private int _begun;

        internal float[] Taken { get; } = [.. Enumerable.Repeat(Untouched, operands.M * operands.N)];

        internal void Run()
        {
            while (_begun < ranks.Length)
            {
                BeginNext();
            }
        }

        private void BeginNext()
        {
            if (_begun < ranks.Length)
            {
                EveryPath.Run(path, new Worker(this, operands, ranks[_begun++]));
            }
        }

        /// <summary>Takes strips to where the flat buffer has them, from a place that is not 0.</summary>
        private sealed class Worker(Job job, Operands of, int rank) : IPathCall, IGradientStrips
        {
            private const int Place = 1000;

            private readonly GuardedMemory _workspace = new(0);
            private readonly GuardedFloats _beside = new(of.M * of.N, 3);

            public int Buffers => 1;

            public bool ClaimsParameters => true;

            public float* Beside(int buffer, int place) => _beside.Pointer + place - Place;

            public void Take(float* sums, int rows, int columns, int place, int placeStride)
            {
                Assert.Equal(of.N, placeStride);
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++)
                    {
                        ref var to = ref job.Taken[place - Place + (row * placeStride) + column];
                        Assert.Equal(Untouched, to);
                        to = sums[(row * columns) + column];
                    }
                }

                job.BeginNext();
            }

            public void Run<TLanes, TVector>()
                where TLanes : struct, ILanes<TVector>
                where TVector : struct
            {
                var floats = StripProduct.WorkspaceFloats<TLanes, TVector>(
                    of.M, of.N, of.Batch.Samples * of.RowsPerSample, of.Batch.Count);
                fixed (float* left = of.X, right = of.Dy)
                {
                    StripProduct.Run<TLanes, TVector>(
                        of.M, of.N, of.Batch, of.RowsPerSample, left, right, FinishPlan.Of(of.Batch.Count),
                        job._shares.For(product: 0, rank), this, Place, _workspace.Take(floats, 0));
                }

                _workspace.AssertSurroundingsUntouched();
                _beside.AssertGuardsIntact("beside");
                Assert.Equal(-1, _beside.Span.IndexOfAnyExcept(Untouched));
            }
        }
    }
}
