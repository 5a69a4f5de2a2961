namespace Distributed.Cluster.Links.Grpc;

/// <summary>Methods of the services in Contracts, as their calls name them.</summary>
internal static class MethodNames
{
    internal const string Authenticate = "/distributed.v1.Cluster/Authenticate";
    internal const string Link = "/distributed.v1.Cluster/Link";
    internal const string AwaitJob = "/distributed.v1.Cluster/AwaitJob";
    internal const string SubmitJob = "/distributed.v1.Cluster/SubmitJob";
    internal const string GetStatus = "/distributed.v1.Cluster/GetStatus";
    internal const string WatchJob = "/distributed.v1.Cluster/WatchJob";
    internal const string StopJob = "/distributed.v1.Cluster/StopJob";
    internal const string Checkpoint = "/distributed.v1.Cluster/Checkpoint";
    internal const string HealthCheck = "/grpc.health.v1.Health/Check";
}
