using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels;

/// <summary>A kernel call that can be made on any path.</summary>
internal interface IPathCall
{
    public void Run<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;
}

/// <summary>Runs a kernel call on a named path, and says how long sweeps may be on this machine.</summary>
internal static class EveryPath
{
    /// <summary>The paths that must equal the definition.</summary>
    internal static readonly KernelPath[] Wide = [KernelPath.Vector128, KernelPath.Vector256, KernelPath.Vector512];

    /// <summary>Without a fused multiply-add in hardware every path is slow: sweeps are thinned, not dropped.</summary>
    internal static bool IsSlow => KernelPaths.Best == KernelPath.Definition;

    /// <summary>0 … 257; in thin sweeps all to 36, then those around the multiples of 64.</summary>
    internal static IEnumerable<int> Lengths =>
        Enumerable.Range(0, 258).Where(length => !IsSlow || length <= 36 || (length + 1) % 64 <= 2);

    /// <summary>Start offsets in floats from a 64-byte boundary.</summary>
    internal static int[] Offsets => IsSlow ? [0, 3] : [0, 1, 5, 15];

    internal static void Run<TCall>(KernelPath path, TCall call)
        where TCall : class, IPathCall
    {
        switch (path)
        {
            case KernelPath.Vector128:
                call.Run<Lanes128, Vector128<float>>();
                break;
            case KernelPath.Vector256:
                call.Run<Lanes256, Vector256<float>>();
                break;
            case KernelPath.Vector512:
                call.Run<Lanes512, Vector512<float>>();
                break;
            default:
                call.Run<ScalarLanes, float>();
                break;
        }

        // The call holds the buffers that the kernel knows by their addresses only.
        GC.KeepAlive(call);
    }
}
