using Distributed.Cluster.Messages;
using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Data;
using Distributed.Engine.Kernels;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Optimizers.Schedules;
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

    /// <summary>Steps of the whole job, for schedules that know the end. Default: no end.</summary>
    public long StepsTotal { get; init; } = long.MaxValue;

    /// <summary>Which kernels run. Default: the fastest of this machine.</summary>
    public KernelPath Path { get; init; } = KernelPaths.Best;

    /// <summary>What runs plans. Default: the processor, with these kernels.</summary>
    public IBackend Backend
    {
        get => field ?? new CpuBackend(Path);
        init;
    }

    /// <summary>What the update of a step needs beside the gradients; the same on every worker.</summary>
    /// <param name="plan">The lease that the step is of.</param>
    public StepTerms Terms(Optimizer optimizer, long step, TrainPlan plan)
    {
        var order = Data.Train.HasWeights ? Schedule.Order(Schedule.Epoch(step)) : null;
        return optimizer.Terms(
            new SchedulePlace(step, Schedule.StepsPerEpoch, StepsTotal, plan.Cuts),
            BatchWeight.Of(Graph.Loss, Data.Train, Schedule, step, order), plan.TakesBest && step == plan.FirstStep);
    }
}
