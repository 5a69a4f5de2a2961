using Distributed.Cluster.Messages;
using Distributed.Engine.Training;

namespace Distributed.Worker.Local;

/// <summary>
/// A worker's work in one process. Weights and optimizer state exist once, in memory that all workers share, so there
/// is nothing to hold, to get or to send.
/// </summary>
public sealed class LocalShardWork(LocalSteps steps, ICompute compute) : IShardWork
{
    public void Open(Action<PeersLost> lost)
    {
        // Threads of one process do not lose each other.
    }

    public Standing Halt(Regroup regroup) => new(regroup.Generation, [], 0, []);

    public Task<Formed> Form(Form form) => Task.FromResult(new Formed(form.Generation, form.Rank));

    public PeersLost? Missing() => null;

    public Task<TrainDone> Train(TrainPlan plan) => compute.Run(ComputeKind.Shard, () => steps.Train(plan));

    public Task<EvaluateDone> Evaluate(EvaluatePlan plan) =>
        compute.Run(ComputeKind.Evaluation, () => steps.Evaluate(plan));

    public void Save(SavePlan plan)
    {
        // The store reads the shared memory itself.
    }
}
