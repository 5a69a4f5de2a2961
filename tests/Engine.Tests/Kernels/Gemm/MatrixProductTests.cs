using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.Gemm;

public sealed class MatrixProductTests
{
    private static readonly float[] Specials =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 0f, 1f, -1f, float.MaxValue, float.MinValue,
        float.Epsilon, -float.Epsilon, 1e-30f, -1e-30f,
    ];

    [Fact]
    public void Product_EqualsDefinition_ForEverySmallSize()
    {
        var sizes = GemmPaths.IsSlow ? [0, 1, 3, 8, 15, 33] : Enumerable.Range(0, 35).ToArray();
        var harness = new ProductHarness(seed: 1);
        foreach (var m in sizes)
        {
            foreach (var n in sizes)
            {
                foreach (var k in GemmPaths.IsSlow ? [0, 1, 5, 17] : sizes)
                {
                    harness.Check(m, n, k, hasBias: (m + n + k) % 2 == 0, default(Identity));
                }
            }
        }
    }

    /// <summary>Tiles of each height and width, whole and at each edge; both parities of the inner dimension.</summary>
    [Fact]
    public void Product_EqualsDefinition_ForEveryTile()
    {
        var harness = new ProductHarness(seed: 13);
        foreach (var m in GemmPaths.IsSlow ? [6, 9] : new[] { 1, 4, 5, 6, 7, 8, 10, 12, 13, 14, 16, 22, 31 })
        {
            for (var n = 31; n <= 133; n += GemmPaths.IsSlow ? 17 : 1)
            {
                harness.Check(m, n, 6 + ((m + n) % 3), hasBias: n % 3 == 0, default(Relu));
                harness.Check(m, n, 9, hasBias: false, default(Identity));
            }
        }
    }

    /// <summary>Around the edges of blocks in every direction: inner dimension, columns, rows.</summary>
    [Theory]
    [InlineData(61, 67, 251)]
    [InlineData(67, 61, 263)]
    [InlineData(13, 257, 511)]
    [InlineData(29, 63, 512)]
    [InlineData(31, 97, 513)]
    [InlineData(17, 113, 787)]
    [InlineData(64, 10, 797)]
    [InlineData(19, 353, 809)]
    [InlineData(5, 30, 1031)]
    [InlineData(30, 700, 520)]
    [InlineData(1, 1300, 131)]
    [InlineData(37, 969, 530)]
    [InlineData(1100, 33, 30)]
    [InlineData(1021, 350, 514)]
    public void Product_EqualsDefinition_AcrossBlocks(int m, int n, int k)
    {
        if (GemmPaths.IsSlow && (long)m * n * k > 300_000)
        {
            return;
        }

        new ProductHarness(seed: 2).Check(m, n, k, hasBias: true, default(Relu));
    }

    /// <summary>Few rows times a transposed factor with long chains are computed the other way round.</summary>
    [Theory]
    [InlineData(9, 30, 37)]
    [InlineData(12, 47, 48)]
    [InlineData(16, 97, 64)]
    [InlineData(24, 61, 130)]
    [InlineData(31, 33, 257)]
    [InlineData(48, 119, 200)]
    [InlineData(64, 65, 259)]
    [InlineData(58, 77, 300)]
    [InlineData(41, 70, 170)]
    public void Product_EqualsDefinition_WhenRowsAreFew(int m, int n, int k)
    {
        if (GemmPaths.IsSlow && (long)m * n * k > 100_000)
        {
            return;
        }

        new ProductHarness(seed: 8).Check(m, n, k, hasBias: false, default(Identity));
        new ProductHarness(seed: 9) { RowGap = 1000 }.Check(m, n, k, hasBias: false, default(Identity));
        new ProductHarness(seed: 10).Check(m, n, k, hasBias: true, default(Identity));
    }

    /// <summary>Few columns, whose left factor is read where it lies, and results that are asked for.</summary>
    [Theory]
    [InlineData(70, 10, 530)]
    [InlineData(43, 129, 33)]
    [InlineData(29, 256, 17)]
    [InlineData(300, 450, 140)]
    [InlineData(260, 510, 600)]
    [InlineData(71, 320, 190)]
    [InlineData(131, 47, 140)]
    public void Product_EqualsDefinition_WhereverFactorsAreRead(int m, int n, int k)
    {
        if (GemmPaths.IsSlow && (long)m * n * k > 100_000)
        {
            return;
        }

        new ProductHarness(seed: 11).Check(m, n, k, hasBias: true, default(Identity));
        new ProductHarness(seed: 12) { RowGap = 1000 }.Check(m, n, k, hasBias: true, default(Identity));
    }

    /// <summary>Rows that lie far apart are packed where many tiles read them.</summary>
    [Theory]
    [InlineData(90, 40, 21)]
    [InlineData(85, 33, 7)]
    [InlineData(3, 193, 17)]
    [InlineData(15, 240, 4)]
    [InlineData(101, 177, 33)]
    public void Product_EqualsDefinition_WhenRowsLieFarApart(int m, int n, int k)
    {
        if (GemmPaths.IsSlow && (long)m * n * k > 100_000)
        {
            return;
        }

        new ProductHarness(seed: 7) { RowGap = 1000 }.Check(m, n, k, hasBias: true, default(Identity));
    }

    [Fact]
    public void Product_AppliesActivationAfterBias_OnEveryPath()
    {
        var harness = new ProductHarness(seed: 3);
        foreach (var (m, n, k) in new[] { (14, 32, 9), (8, 16, 3), (15, 33, 5), (29, 49, 17), (3, 5, 0) })
        {
            harness.Check(m, n, k, hasBias: true, default(Relu));
            harness.Check(m, n, k, hasBias: false, default(Relu));
            harness.Check(m, n, k, hasBias: true, default(HyperbolicTangent));
            harness.Check(m, n, k, hasBias: true, default(Identity));
        }
    }

    [Fact]
    public void Product_EqualsDefinition_WhenNumbersAreSpecial()
    {
        var onlySpecial = new ProductHarness(seed: 4) { Number = random => Specials[random.Next(Specials.Length)] };
        var sometimesSpecial = new ProductHarness(seed: 5)
        {
            Number = random => random.Next(40) == 0 ? Specials[random.Next(Specials.Length)] : random.NextSingle(),
        };
        foreach (var (m, n, k) in new[] { (15, 33, 1), (14, 32, 2), (22, 40, 3), (9, 50, 12), (30, 65, 20) })
        {
            onlySpecial.Check(m, n, k, hasBias: true, default(Identity));
            onlySpecial.Check(m, n, k, hasBias: false, default(Identity));
            sometimesSpecial.Check(m, n, k, hasBias: true, default(Relu));
        }
    }

    /// <summary>A chain of k rounded operations errs by at most k half units in the absolute sum.</summary>
    [Fact]
    public void Definition_StaysWithinErrorBound_OfDoublePrecision()
    {
        const int M = 7, N = 11, K = 300;
        var harness = new ProductHarness(seed: 6);
        var (a, b) = (harness.Numbers(M * K), harness.Numbers(K * N));
        var actual = ProductHarness.Expected(M, N, K, a, b, null, default(Identity));
        for (var i = 0; i < M; i++)
        {
            for (var j = 0; j < N; j++)
            {
                var (sum, absolute) = (0d, 0d);
                for (var p = 0; p < K; p++)
                {
                    var product = (double)a[(i * K) + p] * b[(p * N) + j];
                    sum += product;
                    absolute += Math.Abs(product);
                }

                Assert.InRange(actual[(i * N) + j] - sum, -K * absolute / (1 << 24), K * absolute / (1 << 24));
            }
        }
    }

    private readonly struct Relu : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.WhereLess(x, TMath.Constant(0), TMath.Constant(0), x);
    }

    private readonly struct HyperbolicTangent : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Tanh(x);
    }
}
