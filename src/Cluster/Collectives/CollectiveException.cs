namespace Distributed.Cluster.Collectives;

/// <summary>A collective that cannot complete: a member failed, or did not arrive in time. The group is dead.</summary>
public sealed class CollectiveException(string message) : Exception(message);
