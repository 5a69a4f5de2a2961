using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Gemm;

/// <summary>Runs the matrix products on a path chosen by name.</summary>
internal static unsafe class GemmPaths
{
    internal static KernelPath[] Vectorised => [KernelPath.Vector128, KernelPath.Vector256, KernelPath.Vector512];

    /// <summary>Without the instruction every multiply-add is a call, so tests take fewer and smaller sizes.</summary>
    internal static bool IsSlow => KernelPaths.Best == KernelPath.Definition;

    internal static int WorkspaceFloats(KernelPath path, int m, int n, int k) => path switch
    {
        KernelPath.Vector128 => MatrixProduct.WorkspaceFloats<Lanes128, Vector128<float>>(m, n, k),
        KernelPath.Vector256 => MatrixProduct.WorkspaceFloats<Lanes256, Vector256<float>>(m, n, k),
        KernelPath.Vector512 => MatrixProduct.WorkspaceFloats<Lanes512, Vector512<float>>(m, n, k),
        _ => MatrixProduct.WorkspaceFloats<ScalarLanes, float>(m, n, k),
    };

    internal static void Multiply<TActivation>(
        KernelPath path,
        int m,
        int n,
        int k,
        MatrixView a,
        MatrixView b,
        float* c,
        int stride,
        float* bias,
        TActivation activation,
        float* workspace)
        where TActivation : struct, IUnaryOperator
    {
        switch (path)
        {
            case KernelPath.Vector128:
                MatrixProduct.Run<Lanes128, Vector128<float>, TActivation>(
                    m, n, k, a, b, c, stride, bias, activation, workspace);
                break;
            case KernelPath.Vector256:
                MatrixProduct.Run<Lanes256, Vector256<float>, TActivation>(
                    m, n, k, a, b, c, stride, bias, activation, workspace);
                break;
            case KernelPath.Vector512:
                MatrixProduct.Run<Lanes512, Vector512<float>, TActivation>(
                    m, n, k, a, b, c, stride, bias, activation, workspace);
                break;
            default:
                MatrixProduct.Run<ScalarLanes, float, TActivation>(
                    m, n, k, a, b, c, stride, bias, activation, workspace);
                break;
        }
    }

    internal static int GradientWorkspaceFloats(KernelPath path, int m, int n, int rows, int leaves) => path switch
    {
        KernelPath.Vector128 => MicrobatchProduct.WorkspaceFloats<Lanes128, Vector128<float>>(m, n, rows, leaves),
        KernelPath.Vector256 => MicrobatchProduct.WorkspaceFloats<Lanes256, Vector256<float>>(m, n, rows, leaves),
        KernelPath.Vector512 => MicrobatchProduct.WorkspaceFloats<Lanes512, Vector512<float>>(m, n, rows, leaves),
        _ => MicrobatchProduct.WorkspaceFloats<ScalarLanes, float>(m, n, rows, leaves),
    };

    internal static void Gradient(
        KernelPath path,
        int m,
        int n,
        MicrobatchRange range,
        int rowsPerSample,
        float* x,
        int xStride,
        float* dy,
        int dyStride,
        float* pieces,
        int pieceStride,
        float* workspace)
    {
        switch (path)
        {
            case KernelPath.Vector128:
                MicrobatchProduct.Run<Lanes128, Vector128<float>>(
                    m, n, range, rowsPerSample, x, xStride, dy, dyStride, pieces, pieceStride, workspace);
                break;
            case KernelPath.Vector256:
                MicrobatchProduct.Run<Lanes256, Vector256<float>>(
                    m, n, range, rowsPerSample, x, xStride, dy, dyStride, pieces, pieceStride, workspace);
                break;
            case KernelPath.Vector512:
                MicrobatchProduct.Run<Lanes512, Vector512<float>>(
                    m, n, range, rowsPerSample, x, xStride, dy, dyStride, pieces, pieceStride, workspace);
                break;
            default:
                MicrobatchProduct.Run<ScalarLanes, float>(
                    m, n, range, rowsPerSample, x, xStride, dy, dyStride, pieces, pieceStride, workspace);
                break;
        }
    }
}
