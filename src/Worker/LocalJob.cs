using Distributed.Cluster.Collectives;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Data;
using Distributed.Engine.Kernels;
using Distributed.Engine.Plans;
using Distributed.Engine.Training;

namespace Distributed.Worker;

/// <summary>What all workers of one process share: the model, the data, the state and the collective.</summary>
public sealed record LocalJob
{
    public required TrainingGraph Graph { get; init; }

    public required TrainingState State { get; init; }

    public required BatchSchedule Schedule { get; init; }

    public required DataSplit Data { get; init; }

    public required SharedMemoryGroup Group { get; init; }

    /// <summary>The training plan, for the largest shard.</summary>
    public required Plan TrainingPlan { get; init; }

    /// <summary>The evaluation plan, for as many samples as are evaluated at once.</summary>
    public required Plan EvaluationPlan { get; init; }

    /// <summary>Which kernels run. Default: the fastest of this machine.</summary>
    public KernelPath Path { get; init; } = KernelPaths.Best;

    public CpuBackend Backend => new(Path);
}
