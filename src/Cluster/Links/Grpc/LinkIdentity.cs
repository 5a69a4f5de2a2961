namespace Distributed.Cluster.Links.Grpc;

/// <summary>Who opens a control link, and for which job.</summary>
/// <param name="Name">For people.</param>
/// <param name="Node">This life of this process.</param>
/// <param name="JobId">As AwaitJob told it.</param>
public sealed record LinkIdentity(string Name, string Node, string JobId);
