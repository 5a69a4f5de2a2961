using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Runs plans on the processor, with the vectors it has.</summary>
/// <param name="path">Which kernels to run; all give the same bits.</param>
public sealed class CpuBackend(KernelPath path) : IBackend
{
    /// <summary>With the fastest kernels of this machine.</summary>
    public CpuBackend()
        : this(KernelPaths.Best)
    {
    }

    public string Name => $"cpu ({Path})";

    public KernelPath Path => path;

    public IExecutable Load(Plan plan, AlignedBuffer parameters, PartialSums partials, AlignedBuffer? shared = null)
    {
        shared ??= new AlignedBuffer(0);
        Check(plan, parameters, partials, shared);
        var memory = new CpuMemory(plan, parameters, partials, shared);
        return path switch
        {
            KernelPath.Vector512 => new CpuExecutable<Lanes512, Vector512<float>>(plan, memory),
            KernelPath.Vector256 => new CpuExecutable<Lanes256, Vector256<float>>(plan, memory),
            KernelPath.Vector128 => new CpuExecutable<Lanes128, Vector128<float>>(plan, memory),
            _ => new CpuExecutable<ScalarLanes, float>(plan, memory),
        };
    }

    private static void Check(Plan plan, AlignedBuffer parameters, PartialSums partials, AlignedBuffer shared)
    {
        if (parameters.Length < plan.Layout.Length)
        {
            throw new ArgumentException(
                $"load: the parameter buffer holds {parameters.Length} floats: the plan needs {plan.Layout.Length}");
        }

        if (partials.Length != plan.Partials.Length)
        {
            throw new ArgumentException(
                $"load: partial sums of {partials.Length} floats: the plan makes {plan.Partials.Length}");
        }

        if (shared.Length < plan.SharedLength)
        {
            throw new ArgumentException(
                $"load: the shared buffer holds {shared.Length} floats: the plan needs {plan.SharedLength}");
        }
    }
}
