using Distributed.Cluster.Collectives;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Local;

/// <summary>What all workers of one process share: beside the job, the state and the collective.</summary>
public sealed record LocalJob : WorkerJob
{
    private readonly Lazy<SharedGradient?> _gradient;
    private readonly Lazy<AlignedBuffer> _factors;
    private readonly Lazy<StripShares> _shares;

    public LocalJob()
    {
        _gradient = new Lazy<SharedGradient?>(
            () => ClipsNorm(State!.Optimizer) ? new SharedGradient(Group!, Path) : null);
        _factors = new Lazy<AlignedBuffer>(() => new AlignedBuffer(TrainingPlan!.SharedLength));
        _shares = new Lazy<StripShares>(() => new StripShares(TrainingPlan!.JointProducts.Count, Group!.Workers));
    }

    public required TrainingState State { get; init; }

    public required SharedMemoryGroup Group { get; init; }

    /// <summary>The training plan, for all or a part of the largest shard; see <see cref="PlanOf"/>.</summary>
    public required Plan TrainingPlan { get; init; }

    /// <summary>What joint products are made of, of all workers.</summary>
    internal AlignedBuffer Factors => _factors.Value;

    /// <summary>Who makes which part of joint products.</summary>
    internal StripShares Shares => _shares.Value;

    /// <summary>How workers write what the others have read.</summary>
    internal SharedWrites Writes { get; } = new();

    /// <summary>Where the gradients of all meet before they are clipped; null where they are not.</summary>
    internal SharedGradient? Gradient => _gradient.Value;

    /// <summary>
    /// The plan of workers that share memory: weight gradients are made jointly, unless none may be used before the
    /// norm of all is known.
    /// </summary>
    /// <remarks>Units: samples; of the largest shard, of a micro-batch and of a whole mini-batch.</remarks>
    public static Plan PlanOf(
        TrainingGraph graph, Optimizer optimizer, int shardSamplesMax, int microbatchSize, int batchSamples) =>
        graph.ShardPlan(
            shardSamplesMax, microbatchSize, jointSamples: ClipsNorm(optimizer) ? 0 : batchSamples);

    private static bool ClipsNorm(Optimizer optimizer) => optimizer.Regularisation.ClipNorm is not null;
}
