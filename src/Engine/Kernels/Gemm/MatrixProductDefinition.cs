using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>What every path of <see cref="MatrixProduct"/> equals bit for bit.</summary>
internal static unsafe class MatrixProductDefinition
{
    internal static void Run<TActivation>(
        int m, int n, int k, MatrixView a, MatrixView b, float* c, int cRowStride, float* bias, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = 0f;
                for (var p = 0; p < k; p++)
                {
                    sum = MathF.FusedMultiplyAdd(*a.At(i, p), *b.At(p, j), sum);
                }

                sum = bias == null ? sum : sum + bias[j];
                c[((nint)i * cRowStride) + j] = activation.Apply<ScalarLanes, float>(sum);
            }
        }
    }
}
