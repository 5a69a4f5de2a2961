using Distributed.Cluster.Messages;
using Distributed.Engine.Training;

namespace Distributed.Worker;

/// <summary>
/// One worker's life: it joins, then waits for a plan and works on it, in turns, until its coordinator is gone.
/// </summary>
/// <remarks>
/// <code>
///            plan                    done, failed
///  Waiting ────────▶ Working ────────────────────▶ Waiting
/// </code>
/// The compute thread's results come back as messages; the mailbox stays answerable while it works.
/// </remarks>
public sealed class WorkerActor : ReceiveActor
{
    private readonly string _name;
    private readonly IActorRef _coordinator;
    private readonly IShardWork _work;
    private readonly ICompute _compute;
    private long _generation;

    public WorkerActor(string name, IActorRef coordinator, IShardWork work, ICompute compute)
    {
        (_name, _coordinator, _work, _compute) = (name, coordinator, work, compute);
        Become(Waiting);
    }

    protected override void PreStart()
    {
        Context.Watch(_coordinator);
        _coordinator.Tell(new Join(_name));
    }

    private void Waiting()
    {
        Receive<TrainPlan>(BecomeWorking);
        Receive<EvaluatePlan>(BecomeWorking);
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    private void Working()
    {
        Receive<TrainDone>(done => Report(done.Generation, done));
        Receive<EvaluateDone>(done => Report(done.Generation, done));
        Receive<WorkFailed>(failed => Report(failed.Generation, failed));
        Receive<TrainPlan>(BecomeWorking);
        Receive<EvaluatePlan>(BecomeWorking);
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    private void BecomeWorking(TrainPlan plan)
    {
        if (Enter(plan.Generation))
        {
            _ = _compute.Run(ComputeKind.Shard, () => _work.Train(plan))
                .PipeTo(Self, failure: error => Failed(plan.Generation, plan.Rank, error));
        }
    }

    private void BecomeWorking(EvaluatePlan plan)
    {
        if (Enter(plan.Generation))
        {
            _ = _compute.Run(ComputeKind.Evaluation, () => _work.Evaluate(plan))
                .PipeTo(Self, failure: error => Failed(plan.Generation, plan.Rank, error));
        }
    }

    /// <summary>False for a plan of an older membership, which is dropped.</summary>
    private bool Enter(long generation)
    {
        if (generation < _generation)
        {
            return false;
        }

        _generation = generation;
        Become(Working);
        return true;
    }

    /// <summary>Passes a result on, unless a newer membership has made it stale.</summary>
    private void Report(long generation, object result)
    {
        if (generation < _generation)
        {
            return;
        }

        Become(Waiting);
        _coordinator.Tell(result);
    }

    private static WorkFailed Failed(long generation, int rank, Exception error) => error is WorkException own
        ? new WorkFailed(generation, rank, own.Phase, own.InnerException!.Message, Own: true)
        : new WorkFailed(generation, rank, "waiting for the other workers", error.Message, Own: false);
}
