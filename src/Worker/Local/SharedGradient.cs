using Distributed.Cluster.Collectives;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Training;

namespace Distributed.Worker.Local;

/// <summary>The whole mean gradient of a step, in memory that all workers share, and its norm.</summary>
internal sealed class SharedGradient(SharedMemoryGroup group, KernelPath path)
{
    /// <summary>Shapes: spans all parameters; every worker writes what it owns.</summary>
    internal AlignedBuffer Floats { get; } = new(group.Length);

    /// <summary>Owners are ranks; they own whole lines, so they may ask for the norm side by side.</summary>
    internal GradientNorm Norm { get; } = new(
        [.. Enumerable.Range(0, group.Workers).Select(rank => new[] { group.Owned(rank) })], path);
}
