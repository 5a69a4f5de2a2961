using System.Collections.Immutable;

namespace Distributed.Cluster.Messages;

/// <summary>Coordinator to members: a plan takes long; how far are you, and whom do you wait for?</summary>
public sealed record HowFar(long Generation);

/// <summary>Worker to coordinator, at once: where it is.</summary>
/// <param name="Step">Steps it has committed.</param>
/// <param name="Parts">What it has done and got of the step that is under way; more is further.</param>
/// <param name="Computes">True while its own compute has not brought what it is to bring.</param>
/// <param name="WaitsFor">Ranks of which something is missing.</param>
public sealed record Position(
    long Generation, int Rank, long Step, int Parts, bool Computes, ImmutableArray<int> WaitsFor)
{
    /// <summary>True where nothing has moved since.</summary>
    public bool IsWhere(Position before) => (Step, Parts) == (before.Step, before.Parts);
}
