namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>Tests that measure what the whole process uses, so that no other may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInProcess
{
    internal const string Name = "alone";
}
