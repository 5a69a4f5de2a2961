using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Kernels;

/// <summary>The ways a kernel can be run. All give the same bits; they differ in speed only.</summary>
public enum KernelPath
{
    /// <summary>Plain scalar loops: what the other paths equal.</summary>
    Definition,

    /// <summary>4 floats at a time.</summary>
    Vector128,

    /// <summary>8 floats at a time.</summary>
    Vector256,

    /// <summary>16 floats at a time.</summary>
    Vector512,
}

/// <summary>Which paths there are, and which one this machine runs fastest.</summary>
public static class KernelPaths
{
    public static IReadOnlyList<KernelPath> All { get; } = Enum.GetValues<KernelPath>();

    /// <summary>
    /// The widest path whose fused multiply-add the processor has. Without that instruction every width falls back
    /// to one call per element, so the definition is as fast as any.
    /// </summary>
    public static KernelPath Best =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? KernelPath.Vector512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? KernelPath.Vector256
        : AdvSimd.Arm64.IsSupported ? KernelPath.Vector128
        : KernelPath.Definition;
}
