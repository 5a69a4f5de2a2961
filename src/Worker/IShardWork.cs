using Distributed.Cluster.Messages;

namespace Distributed.Worker;

/// <summary>
/// What a worker does with what its coordinator tells it. Nothing here blocks: numbers are crunched elsewhere, and the
/// tasks end when the work has.
/// </summary>
/// <remarks>
/// Errors, from the tasks: <see cref="WorkException"/> naming phase and step where this worker failed; a
/// CollectiveException where another one did, or where a newer generation has ended the work.
/// </remarks>
public interface IShardWork
{
    /// <summary>Starts to take part; lost is called, on any thread, when a peer is.</summary>
    public void Open(Action<PeersLost> lost);

    /// <summary>Stops what is under way, for good, and says what is held.</summary>
    public Standing Halt(Regroup regroup);

    /// <summary>Gets what this worker lacks and gives what others lack.</summary>
    public Task<Formed> Form(Form form);

    /// <summary>
    /// What a forming generation still waits for; null when it has formed, or has come nearer since the last time.
    /// </summary>
    public PeersLost? Missing();

    /// <summary>How far a plan is; null where there is none, or where nobody asks because memory is shared.</summary>
    public Position? Position() => null;

    public Task<TrainDone> Train(TrainPlan plan);

    public Task<EvaluateDone> Evaluate(EvaluatePlan plan);

    /// <summary>
    /// Copies what this worker owns of the state, before it returns, and sends the copy to the store.
    /// </summary>
    public void Save(SavePlan plan);
}

/// <summary>A worker's own failure inside a plan.</summary>
/// <param name="phase">What it was doing, with the step.</param>
/// <param name="cause">What went wrong.</param>
public sealed class WorkException(string phase, Exception cause) : Exception($"{phase}: {cause.Message}", cause)
{
    public string Phase => phase;
}
