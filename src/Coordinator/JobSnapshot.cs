using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <summary>To the coordinator, in any state: how are things? It answers with a <see cref="JobSnapshot"/>.</summary>
public sealed record GetSnapshot;

/// <summary>How a job is at one moment.</summary>
/// <param name="State">What the coordinator does.</param>
/// <param name="Phase">The same for people, such as "training steps 5 to 8".</param>
/// <param name="Reason">Why, as one sentence: of the last decision.</param>
/// <param name="Generation">Counts the memberships; 0 before the first.</param>
/// <param name="Members">Who takes part, by rank; empty between two generations.</param>
/// <param name="Reserves">Who has joined and does not take part, in the order of joining.</param>
/// <param name="Cursor">How far the job is.</param>
/// <param name="StepsTotal">Steps of the whole job.</param>
public sealed record JobSnapshot(
    CoordinatorState State, string Phase, string Reason, long Generation, IReadOnlyList<MemberSnapshot> Members,
    IReadOnlyList<MemberSnapshot> Reserves, JobCursor Cursor, long StepsTotal);

/// <summary>A worker at one moment.</summary>
/// <param name="State">One word or two: what it does as far as the coordinator knows.</param>
/// <param name="FirstMicrobatch">Of its shard of a full mini-batch; 0 in reserve.</param>
/// <param name="Microbatches">Of its shard of a full mini-batch; 0 in reserve.</param>
/// <param name="SamplesPerSecond">Of its compute time, lately; 0 where not known.</param>
public sealed record MemberSnapshot(
    string Name, string Address, string State, int FirstMicrobatch, int Microbatches, double SamplesPerSecond);

/// <summary>What a coordinator is busy with; see the drawing at <see cref="CoordinatorActor"/>.</summary>
public enum CoordinatorState
{
    Gathering,
    Regrouping,
    Forming,
    Sealing,
    Training,
    Evaluating,
    Parting,
    Finishing,
}
