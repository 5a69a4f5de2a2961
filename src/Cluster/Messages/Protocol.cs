namespace Distributed.Cluster.Messages;

/// <summary>
/// Coordinator to worker: a lease of steps. Within it the workers synchronise through the collective alone.
/// </summary>
/// <param name="Generation">Counts the memberships; messages of another one are stale.</param>
/// <param name="Rank">The worker's place in the sharding.</param>
/// <param name="FirstStep">From 0 through the whole job.</param>
/// <param name="StepCount">At least 1; all in one epoch.</param>
/// <param name="Sharding">Who takes which micro-batches.</param>
public sealed record TrainPlan(long Generation, int Rank, long FirstStep, int StepCount, Sharding Sharding)
{
    /// <summary>How often the learning rate was reduced on a plateau of the held-out loss before these steps.</summary>
    public int Cuts { get; init; }

    /// <summary>The state before the first step has the best parameters so far, which are to be kept.</summary>
    public bool TakesBest { get; init; }
}

/// <summary>Worker to coordinator: the lease is done, or training met a loss that is not finite.</summary>
/// <param name="Generation">The plan's.</param>
/// <param name="Rank">The plan's.</param>
/// <param name="FirstStep">The plan's.</param>
/// <param name="Steps">One entry per step that was committed; fewer than leased only after a broken loss.</param>
/// <param name="Timing">Where the time went.</param>
/// <param name="NonFinite">What broke; from the worker whose micro-batch it was.</param>
public sealed record TrainDone(
    long Generation,
    int Rank,
    long FirstStep,
    IReadOnlyList<StepTotals> Steps,
    WorkTiming Timing,
    NonFinite? NonFinite);

/// <summary>A step's sums over the whole mini-batch, the same bits on every worker.</summary>
/// <param name="Loss">Sum over the samples.</param>
/// <param name="Hits">Samples that were right; 0 for regression.</param>
/// <param name="Samples">In the mini-batch.</param>
public readonly record struct StepTotals(float Loss, float Hits, int Samples);

/// <summary>
/// A worker's time in a lease: computing its shard and its part of the update, and waiting for others.
/// </summary>
/// <param name="Samples">Samples of its shards.</param>
public readonly record struct WorkTiming(TimeSpan Compute, TimeSpan Wait, long Samples);

/// <summary>Where a loss stopped being a number.</summary>
/// <param name="Step">The step, which was not committed.</param>
/// <param name="Loss">NaN or an infinity.</param>
/// <param name="Microbatch">The first micro-batch it shows in, counted in the mini-batch; −1 when only the sum
/// overflows.</param>
/// <param name="Layer">The layer of the first result that is not finite; empty when none is.</param>
/// <param name="Operation">That result's operation.</param>
public sealed record NonFinite(long Step, float Loss, int Microbatch, string Layer, string Operation);

/// <summary>Coordinator to worker: compute the loss over a part of the held-out samples.</summary>
/// <param name="Generation">Counts the memberships.</param>
/// <param name="Rank">The worker's place in the sharding.</param>
/// <param name="Sharding">Who takes which micro-batches.</param>
public sealed record EvaluatePlan(long Generation, int Rank, Sharding Sharding);

/// <summary>Worker to coordinator: its part of the evaluation, a sum per micro-batch.</summary>
public sealed record EvaluateDone(long Generation, int Rank, IReadOnlyList<float> Losses, IReadOnlyList<float> Hits);

/// <summary>Worker to coordinator: the work failed and the group is dead.</summary>
/// <param name="Phase">What it was doing.</param>
/// <param name="Reason">One line.</param>
/// <param name="Own">True where the worker failed itself, false where it was stopped by another's failure.</param>
public sealed record WorkFailed(long Generation, int Rank, string Phase, string Reason, bool Own);
