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
    public StepTerms Terms(Optimizer optimizer, long step, TrainPlan plan) => optimizer.Terms(
        new SchedulePlace(step, Schedule.StepsPerEpoch, StepsTotal, plan.Cuts), WeightOf(step),
        plan.TakesBest && step == plan.FirstStep);

    /// <summary>What is told of a step; the same on every worker.</summary>
    /// <param name="loss">Sum over the samples, each by its weight.</param>
    /// <remarks>
    /// Where samples count differently, the loss is that of as many samples of which each has the weighted mean: so
    /// that loss / samples is what the step minimises.
    /// </remarks>
    public StepTotals Totals(long step, float loss, float hits)
    {
        var samples = Schedule.SamplesIn(step);
        var isWeighted = Data.Train.HasWeights && !Graph.Loss.SumsSamples;
        return new StepTotals(isWeighted ? loss * (samples / WeightOf(step)) : loss, hits, samples);
    }

    private float WeightOf(long step)
    {
        var order = Data.Train.HasWeights ? Schedule.Order(Schedule.Epoch(step)) : null;
        return BatchWeight.Of(Graph.Loss, Data.Train, Schedule, step, order);
    }
}
