using Distributed.Cluster.Collectives;
using Distributed.Engine.Plans;
using Distributed.Engine.Training;

namespace Distributed.Worker.Local;

/// <summary>What all workers of one process share: beside the job, the state and the collective.</summary>
public sealed record LocalJob : WorkerJob
{
    private readonly Lazy<SharedGradient?> _gradient;

    public LocalJob() => _gradient = new Lazy<SharedGradient?>(
        () => State!.Optimizer.Regularisation.ClipNorm is null ? null : new SharedGradient(Group!, Path));

    public required TrainingState State { get; init; }

    public required SharedMemoryGroup Group { get; init; }

    /// <summary>The training plan, for the largest shard.</summary>
    public required Plan TrainingPlan { get; init; }

    /// <summary>Where the gradients of all meet before they are clipped; null where they are not.</summary>
    internal SharedGradient? Gradient => _gradient.Value;
}
