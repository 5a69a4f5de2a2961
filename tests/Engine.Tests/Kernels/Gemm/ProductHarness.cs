using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;

namespace Distributed.Engine.Tests.Kernels.Gemm;

/// <summary>
/// Computes a product by the definition, then on every path from every order in memory, and compares bits. Operands
/// are unaligned and strided; memory around the result and after the workspace is watched.
/// </summary>
internal sealed unsafe class ProductHarness(int seed)
{
    private readonly Random _random = new(seed);
    private readonly GuardedMemory _a = new(4096);
    private readonly GuardedMemory _b = new(4096);
    private readonly GuardedMemory _c = new(4096);
    private readonly GuardedMemory _bias = new(4096);
    private readonly GuardedMemory _workspace = new(4096);

    /// <summary>The numbers that operands are made of; by default uniform in (−1, 1).</summary>
    internal Func<Random, float> Number { get; init; } = random => (2 * random.NextSingle()) - 1;

    /// <summary>Floats between the end of a row and the start of the next.</summary>
    internal int RowGap { get; init; } = 3;

    internal void Check<TActivation>(int m, int n, int k, bool hasBias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var a = Numbers(m * k);
        var b = Numbers(k * n);
        var bias = Numbers(n);
        var expected = Expected(m, n, k, a, b, hasBias ? bias : null, activation);
        var biasPointer = _bias.Take(n, 2);
        bias.CopyTo(_bias.Span);
        for (var order = 0; order < 4; order++)
        {
            var aView = Store(_a, a, m, k, (order & 1) != 0);
            var bView = Store(_b, b, k, n, (order & 2) != 0);
            foreach (var path in GemmPaths.Vectorised)
            {
                var stride = n + RowGap;
                var c = _c.Take(m * stride, 3);
                var workspace = _workspace.Take(GemmPaths.WorkspaceFloats(path, m, n, k), 0);
                GemmPaths.Multiply(
                    path, m, n, k, aView, bView, c, stride, hasBias ? biasPointer : null, activation, workspace);
                AssertEqual(expected, m, n, stride, $"{path} {m}×{n}×{k}, order {order}, seed {seed}");
                _c.AssertSurroundingsUntouched();
                _workspace.AssertSurroundingsUntouched();
            }
        }
    }

    /// <summary>The definition's result, from operands in row-major order.</summary>
    internal static float[] Expected<TActivation>(
        int m, int n, int k, float[] a, float[] b, float[]? bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var expected = new float[m * n];
        fixed (float* aPointer = a, bPointer = b, biasPointer = bias, c = expected)
        {
            MatrixProductDefinition.Run(
                m, n, k, new(aPointer, k, false), new(bPointer, n, false), c, n, biasPointer, activation);
        }

        return expected;
    }

    internal float[] Numbers(int count)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = Number(_random);
        }

        return numbers;
    }

    private MatrixView Store(GuardedMemory memory, float[] values, int rows, int columns, bool transposed)
    {
        var stride = (transposed ? rows : columns) + RowGap;
        var view = new MatrixView(memory.Take((transposed ? columns : rows) * stride, 1), stride, transposed);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                *view.At(i, j) = values[(i * columns) + j];
            }
        }

        return view;
    }

    private void AssertEqual(float[] expected, int m, int n, int stride, string what)
    {
        var actual = _c.Span;
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < stride; j++)
            {
                var value = actual[(i * stride) + j];
                var isRight = j < n
                    ? BitConverter.SingleToUInt32Bits(expected[(i * n) + j]) == BitConverter.SingleToUInt32Bits(value)
                    : GuardedMemory.IsGuard(value);
                if (!isRight)
                {
                    Assert.Fail($"{what}: element ({i}, {j}) is {value:R}, " +
                        (j < n ? $"the definition gives {expected[(i * n) + j]:R}" : "outside the result"));
                }
            }
        }
    }
}
