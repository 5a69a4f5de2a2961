using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Training;

/// <summary>Measures a trained model on a data set: the same bits as the evaluation at the end of an epoch.</summary>
/// <remarks>
/// Sums per micro-batch, then along the canonical tree over all micro-batches of the set, as in training; see
/// <see cref="CanonicalTree"/>. Units: loss in nats, or the target's unit squared; accuracy 0 to 1.
/// </remarks>
public sealed class Evaluation
{
    private readonly Job _job;
    private readonly DataSet _data;
    private readonly TrainingGraph _graph;

    /// <summary>Builds the job's model for data of this shape. Its parameters start at zero; fill them first.</summary>
    public Evaluation(Job job, DataSet data)
    {
        (_job, _data) = (job, data);
        _graph = Catalog.Graph(job, data);
        State = new TrainingState(_graph.Layout, Catalog.Optimizer(job));
    }

    public TrainingState State { get; }

    public EvaluationResult Run()
    {
        var whole = MicrobatchRange.Whole(_data.Count, _job.MicrobatchSize);
        var plan = _graph.EvaluationPlan(_job.MicrobatchSize);
        var shard = new ShardComputation(
            plan, _graph.CountsHits, new CpuBackend(KernelPaths.Best), _data, State.Parameters, PartialSums.None);
        var losses = new float[whole.Count];
        var hits = new float[whole.Count];
        shard.Run(null, 0, whole, losses, hits);
        return new EvaluationResult(
            _data.Count,
            CanonicalTree.Sum(losses) / BatchWeight.Whole(_graph.Loss, _data),
            _graph.CountsHits ? CanonicalTree.Sum(hits) / (double)_data.Count : null);
    }
}

/// <summary>Means over the samples, of the loss by their weights; Accuracy is null for regression.</summary>
public sealed record EvaluationResult(int Samples, double Loss, double? Accuracy);
