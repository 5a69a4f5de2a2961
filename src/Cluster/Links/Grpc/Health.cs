namespace Distributed.Cluster.Links.Grpc;

/// <summary>How a process is.</summary>
/// <param name="IsLive">It works; one that does not had better be started anew.</param>
/// <param name="IsReady">It can take what it is there for.</param>
/// <param name="Line">One line that says why.</param>
public sealed record Health(bool IsLive, bool IsReady, string Line);
