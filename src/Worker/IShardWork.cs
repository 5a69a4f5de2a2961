using Distributed.Cluster.Messages;

namespace Distributed.Worker;

/// <summary>What a worker does with a plan. Runs on the compute thread.</summary>
/// <remarks>
/// Errors: <see cref="WorkException"/> naming phase and step; the group is dead then and the other workers get a
/// CollectiveException.
/// </remarks>
public interface IShardWork
{
    public TrainDone Train(TrainPlan plan);

    public EvaluateDone Evaluate(EvaluatePlan plan);
}

/// <summary>A worker's own failure inside a plan.</summary>
/// <param name="phase">What it was doing, with the step.</param>
/// <param name="cause">What went wrong.</param>
public sealed class WorkException(string phase, Exception cause) : Exception($"{phase}: {cause.Message}", cause)
{
    public string Phase => phase;
}
