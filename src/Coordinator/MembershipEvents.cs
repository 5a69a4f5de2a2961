namespace Distributed.Coordinator;

/// <summary>
/// What happens to a cluster's members: an event is a line to print. A job in one process has none of these.
/// </summary>
/// <remarks>Units: a Step counts the committed steps when it happened.</remarks>
public abstract record MembershipEvent : JobEvent;

/// <summary>A worker has come. It takes part from the next <see cref="MembersChanged"/> that names it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Address">Where the other workers reach it.</param>
public sealed record WorkerJoined(string Name, string Address) : MembershipEvent;

/// <summary>A worker has left as it wished, and others hold what it held.</summary>
public sealed record WorkerLeft(string Name, long Step) : MembershipEvent;

/// <summary>A worker is lost: its link has closed, or it was left behind. It may join again.</summary>
/// <param name="Phase">What the job was busy with, such as "training steps 5 to 8".</param>
/// <param name="Cause">Why, such as "nothing came for 5 s".</param>
public sealed record WorkerLost(string Name, string Phase, long Step, string Cause) : MembershipEvent;

/// <summary>
/// Something is wrong at a worker that stays so far: a link between members is lost, so that they come together
/// anew, or it keeps the others waiting.
/// </summary>
/// <param name="Phase">What the job was busy with.</param>
/// <param name="Cause">What, such as "data link to worker-3 lost: closed".</param>
public sealed record WorkerTroubled(string Name, string Phase, long Step, string Cause) : MembershipEvent;

/// <summary>The workers have come together, at first or anew; training goes on.</summary>
/// <param name="Workers">Their names, by rank.</param>
/// <param name="Step">Committed steps it goes on from.</param>
/// <param name="Reason">What happened and where the state comes from.</param>
/// <param name="Took">From the fault, or the wish to join or leave, to the first plan.</param>
public sealed record MembersChanged(
    long Generation, IReadOnlyList<string> Workers, long Step, string Reason, TimeSpan Took) : MembershipEvent;

/// <summary>After a fault the first work is done again: a lease is committed, or an evaluation is over.</summary>
/// <param name="Cause">The first fault since all was well.</param>
/// <param name="Took">From noticing it, or from the start of a coordinator that was started again.</param>
public sealed record Recovered(long Generation, long Step, string Cause, TimeSpan Took) : MembershipEvent;

/// <summary>
/// Committed steps were lost with all who held them; they are done again from the last checkpoint, to the same bits.
/// </summary>
public sealed record JobRolledBack(long FromStep, long ToStep, string Reason) : MembershipEvent;
