using System.Collections.Immutable;

namespace Distributed.Cluster.Messages;

/// <summary>Worker to coordinator: ready for work. Sent once on every control link.</summary>
/// <param name="Name">For people.</param>
/// <param name="Node">This life of this process; another life has another.</param>
/// <param name="DataAddress">Where its data link listens; empty where workers share memory.</param>
public sealed record Join(string Name, string Node, string DataAddress);

/// <summary>Worker to coordinator: wants to leave once others hold what it holds.</summary>
public sealed record Leave;

/// <summary>Coordinator to a worker that leaves: nothing of it is needed any more.</summary>
public sealed record Released;

/// <summary>Coordinator to worker: the job has ended.</summary>
public sealed record JobOver(string Reason);

/// <summary>
/// Coordinator to everyone that may take part: a new generation begins. Stop what is under way, take no frame of an
/// older generation any more, and say what you hold.
/// </summary>
/// <param name="Generation">Greater than any before.</param>
/// <param name="KnownStep">The step up to which the coordinator knows the totals.</param>
public sealed record Regroup(long Generation, long KnownStep);

/// <summary>Worker to coordinator: what it holds; it has stopped.</summary>
/// <param name="Holdings">At most two states of committed steps.</param>
/// <param name="Totals">Totals of steps from <paramref name="TotalsFrom"/> on.</param>
public sealed record Standing(
    long Generation, IReadOnlyList<Holding> Holdings, long TotalsFrom, IReadOnlyList<StepTotals> Totals);

/// <summary>One state that a worker holds: all weights, and optimizer state in part.</summary>
/// <param name="Cursor">How far the job was; its step names the state, whose bits are the same everywhere.</param>
/// <param name="State">Where the optimizer's state is held too.</param>
public sealed record Holding(JobCursor Cursor, RangeSet State);

/// <summary>Coordinator to worker: this is the new generation; get what you lack, give what others lack.</summary>
/// <param name="Rank">The worker's place; −1 for one that only gives.</param>
/// <param name="Members">Data addresses by rank.</param>
/// <param name="Cursor">The state that everyone starts from.</param>
/// <param name="Start">Where that state comes from.</param>
/// <param name="Buckets">How many buckets the parameters are cut into.</param>
/// <param name="Shards">The most micro-batches that one shard of this generation has.</param>
/// <param name="Outgoing">What this worker sends, once its receiver has said hello.</param>
/// <param name="Incoming">What this worker receives, with the address of the giver.</param>
/// <param name="Totals">Of the last steps before the cursor's, those that may not have been told yet: whoever holds the
/// state must know them too, lest they die with those who computed them.</param>
public sealed record Form(
    long Generation,
    int Rank,
    ImmutableArray<string> Members,
    JobCursor Cursor,
    StartFrom Start,
    int Buckets,
    int Shards,
    ImmutableArray<Transfer> Outgoing,
    ImmutableArray<Transfer> Incoming,
    IReadOnlyList<StepTotals> Totals);

/// <summary>Where a generation's first state comes from.</summary>
public enum StartFrom
{
    /// <summary>Members hold it.</summary>
    Members,

    /// <summary>It is the job's beginning, which every worker computes from the seed.</summary>
    Seed,

    /// <summary>The newest checkpoint.</summary>
    Checkpoint,
}

/// <summary>A part of a state that moves from one node to another.</summary>
/// <param name="From">The giver's data address.</param>
/// <param name="To">The receiver's rank.</param>
/// <param name="Weights">Weights; or optimizer state, all slots of it.</param>
public sealed record Transfer(string From, int To, bool Weights, FlatRange Range);

/// <summary>Worker to coordinator: it has what it needs and has heard from every other member.</summary>
public sealed record Formed(long Generation, int Rank);

/// <summary>Worker to coordinator: it does not have all it needs yet, but it is coming.</summary>
public sealed record StillForming(long Generation, int Rank);

/// <summary>
/// Worker to coordinator: what was under way between these two is lost: no link, or no hello within the bound.
/// </summary>
/// <param name="Peers">The ranks it misses; <see cref="NoMember"/> for the store, or one that only gives.</param>
public sealed record PeersLost(long Generation, int Rank, ImmutableArray<int> Peers, string Reason)
{
    /// <summary>The rank of a node that is no member.</summary>
    public const int NoMember = -1;

    /// <summary>The reason where a member's hello is missing, no link being lost.</summary>
    public const string NoHello = "no hello";

    /// <summary>The reason where a part of the state is missing, no link being lost.</summary>
    public const string NoState = "no state";

    /// <summary>Told of these peers, as a cause for people.</summary>
    /// <param name="names">The peers' names.</param>
    public string Describe(string names) => Reason is NoHello or NoState
        ? $"did not form: {Reason} from {(names.Length > 0 ? names : "its giver")}"
        : $"data link to {(names.Length > 0 ? names : "its giver")} lost: {Reason}";
}

/// <summary>Coordinator to worker: send what you own of the present state to the store.</summary>
public sealed record SavePlan(long Generation, JobCursor Cursor, string Store);
