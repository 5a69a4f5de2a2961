namespace Distributed.Cluster.Links.Grpc;

/// <summary>Whether a connection has brought a request.</summary>
internal sealed class ConnectionVisit
{
    internal bool HasCalled { get; set; }
}
