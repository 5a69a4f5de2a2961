using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Data;
using Distributed.Engine.Kernels;
using Distributed.Engine.Plans;
using Distributed.Engine.Training;

namespace Distributed.Worker;

/// <summary>
/// What every worker of a job knows, however workers are joined together: model, data and their order.
/// </summary>
public abstract record WorkerJob
{
    public required TrainingGraph Graph { get; init; }

    public required BatchSchedule Schedule { get; init; }

    public required DataSplit Data { get; init; }

    /// <summary>The evaluation plan, for as many samples as are evaluated at once.</summary>
    public required Plan EvaluationPlan { get; init; }

    /// <summary>Which kernels run. Default: the fastest of this machine.</summary>
    public KernelPath Path { get; init; } = KernelPaths.Best;

    /// <summary>What runs plans. Default: the processor, with these kernels.</summary>
    public IBackend Backend
    {
        get => field ?? new CpuBackend(Path);
        init;
    }
}
