using System.Net;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>A coordinator and three workers on a job without end, for the rows of the fault table to share.</summary>
/// <remarks>
/// Plain gradient descent: one survivor has everything, so no row waits for the dead but the one that kills all.
/// </remarks>
public sealed class ClusterUnderFaults : IDisposable
{
    private const int WorkersUsual = 3;

    public ClusterUnderFaults()
    {
        new SmallJob(1_000_000, "sgd").Write(Distributed);
        Cluster = new StandaloneCluster(Distributed, "job.yaml", "run");
        Cluster.StartCoordinator();
        Cluster.StartWorkers(WorkersUsual);
    }

    internal Executable Distributed { get; } = new();

    internal StandaloneCluster Cluster { get; }

    /// <summary>As many workers as in the beginning, and all of them train.</summary>
    internal void Restore()
    {
        while (Cluster.Workers.Count < WorkersUsual)
        {
            Cluster.StartWorker();
        }

        var names = Cluster.Workers.Keys.ToHashSet();
        Cluster.WaitForMembers(members => names.IsSubsetOf(members), LastMembers());
        Cluster.WaitForEpoch(Cluster.Log.Count);
        Assert.False(Cluster.Coordinator.HasExited);
    }

    /// <summary>A worker whose control link goes through a relay.</summary>
    internal (Relay Relay, string Name) StartBehindControlRelay()
    {
        var relay = new Relay(new IPEndPoint(IPAddress.Loopback, 0), () => IPEndPoint.Parse(Cluster.Address));
        var name = Cluster.StartWorker(
            $"127.0.0.1:{relay.Port}", $"--token-file {Cluster.RunDirectory}/token");
        return (relay, name);
    }

    /// <summary>A worker whose peers reach its data link through a relay, elsewhere and at the same port.</summary>
    internal (Relay Relay, string Name) StartBehindDataRelay()
    {
        IPEndPoint target = new(IPAddress.Loopback, 0);
        var relay = new Relay(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0), () => target);
        target = new IPEndPoint(IPAddress.Loopback, relay.Port);
        var name = Cluster.StartWorker(
            more: $"--listen {target} --advertise 127.0.0.2 --token-file {Cluster.RunDirectory}/token");
        return (relay, name);
    }

    public void Dispose() => Distributed.Dispose();

    /// <summary>The last generation's line: members that it names train.</summary>
    private int LastMembers() => Math.Max(
        0,
        Cluster.Log.Lines.ToList().FindLastIndex(
            line => line.StartsWith("{\"event\":\"members\"", StringComparison.Ordinal)));
}
