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
    /// <summary>Few and many micro-batches, the last one short; several strips, several blocks of columns.</summary>
    [Theory]
    [InlineData(15, 33, 43, 4, 1)]
    [InlineData(22, 49, 26, 2, 3)]
    [InlineData(9, 10, 11, 1, 1)]
    [InlineData(1, 1, 3, 16, 1)]
    [InlineData(70, 600, 50, 16, 1)]
    [InlineData(301, 130, 64, 16, 1)]
    [InlineData(40, 700, 300, 16, 1)]
    public void Strips_EqualDefinition_ForAnyRows(int m, int n, int samples, int size, int rowsPerSample)
    {
        if (GemmPaths.IsSlow && m * n > 3000)
        {
            return;
        }

        var batch = MicrobatchRange.Whole(samples, size);
        var x = SampleFloats.Ordinary(samples * rowsPerSample * m, 1);
        var dy = SampleFloats.Ordinary(samples * rowsPerSample * n, 2);
        foreach (var (first, count) in new[] { (0, m), (m / 3, m - (m / 3)), (m / 2, Math.Min(1, m)), (m, 0) })
        {
            var expected = Expected(x, dy, m, n, batch, rowsPerSample);
            foreach (var path in GemmPaths.Vectorised.Append(KernelPath.Definition))
            {
                var call = new Call(x, dy, m, n, batch, rowsPerSample, first, count);
                EveryPath.Run(path, call);
                for (var i = 0; i < m * n; i++)
                {
                    var isInside = i / n >= first && i / n < first + count;
                    var same = BitConverter.SingleToUInt32Bits(call.Taken[i])
                        == BitConverter.SingleToUInt32Bits(isInside ? expected[i] : Call.Untouched);
                    Assert.True(same, $"{path} rows {first} + {count}: element {i} is {call.Taken[i]:R}");
                }
            }
        }
    }

    private static float[] Expected(float[] x, float[] dy, int m, int n, MicrobatchRange batch, int rowsPerSample)
    {
        var pieces = new float[CanonicalTree.PieceCount(0, batch.Count) * m * n];
        var sums = new float[m * n];
        fixed (float* left = x, right = dy, all = pieces, sum = sums)
        {
            MicrobatchProductDefinition.Run(m, n, batch, rowsPerSample, left, m, right, n, all, m * n);
            FinishPlan.Of(batch.Count).Run<ScalarLanes, float>(all, m * n, m * n, sum);
        }

        return sums;
    }

    /// <summary>Takes strips to where the flat buffer has them, from a place that is not 0.</summary>
    private sealed class Call(
        float[] x, float[] dy, int m, int n, MicrobatchRange batch, int rowsPerSample, int first, int count)
        : IPathCall, IGradientStrips
    {
        internal const float Untouched = -7654.321f;
        private const int Place = 1000;

        private readonly GuardedMemory _workspace = new(0);
        private readonly GuardedFloats _beside = new(m * n, 3);

        internal float[] Taken { get; } = [.. Enumerable.Repeat(Untouched, m * n)];

        public int Buffers => 1;

        public bool IsShared => true;

        public float* Beside(int buffer, int place) => _beside.Pointer + place - Place;

        public void Take(float* sums, int rows, int columns, int place, int placeStride)
        {
            Assert.Equal(n, placeStride);
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    ref var to = ref Taken[place - Place + (row * placeStride) + column];
                    Assert.Equal(Untouched, to);
                    to = sums[(row * columns) + column];
                }
            }
        }

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var rows = batch.Samples * rowsPerSample;
            var floats = StripProduct.WorkspaceFloats<TLanes, TVector>(m, n, rows, batch.Count);
            fixed (float* left = x, right = dy)
            {
                StripProduct.Run<TLanes, TVector>(
                    count, n, batch, rowsPerSample, left + first, m, right, FinishPlan.Of(batch.Count), this,
                    Place + (first * n), _workspace.Take(floats, 0));
            }

            _workspace.AssertSurroundingsUntouched();
            _beside.AssertGuardsIntact("beside");
            Assert.Equal(-1, _beside.Span.IndexOfAnyExcept(Untouched));
        }
    }
}
