using Distributed.EndToEnd.Tests.Chaos;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Hosts;

/// <summary>A cluster over several hosts, with a network that loses, delays and throttles what it carries.</summary>
public sealed class SeveralHostsTests(ITestOutputHelper output) : IDisposable
{
    private const int CoordinatorHost = 1;
    private const int Hosts = 4;

    private readonly Executable _distributed = new();
    private readonly Dictionary<int, string> _workers = [];

    [SeveralHostsFact]
    public void Job_EndsWithTheFingerprintOfOneProcess_OverANetworkWithFaults()
    {
        using var network = new NetworkNamespaces(Hosts);
        var job = new SmallJob(1000);
        job.Write(_distributed);
        File.WriteAllText(_distributed.PathOf("token"), new string('7', 64) + "\n");
        var alone = SmallJob.TrainAlone(_distributed, "alone");
        var cluster = Start(network);

        CutAndHeal(cluster, "both ways", () => network.CutBothWays(3), () => network.HealBothWays(3));
        CutAndHeal(
            cluster, "one way, to the coordinator", () => network.CutOneWay(3, CoordinatorHost),
            () => network.HealOneWay(3, CoordinatorHost));
        CutBetweenWorkers(cluster, network);
        Shape(cluster, "delayed by 20 ms", () => network.Delay(4, "20ms"), () => network.Unshape(4));
        Shape(cluster, "throttled to 2 Mbit/s", () => network.Throttle(4, "2mbit"), () => network.Unshape(4));

        cluster.KeepOneWorker();
        Assert.Equal(alone.Fingerprint, cluster.Coordinator.WaitForExit().Fingerprint);
        cluster.EndWorkers();
        cluster.HasNoStackTraces();
        CommittedSteps.Read(_distributed.PathOf("run/journal")).CoverEverySampleOnce(job);
        Assert.Empty(_distributed.Leftovers());
    }

    public void Dispose() => _distributed.Dispose();

    private StandaloneCluster Start(NetworkNamespaces network)
    {
        const string Security = "--token-file token --insecure";
        var address = $"{NetworkNamespaces.Address(CoordinatorHost)}:7000";
        var cluster = new StandaloneCluster(_distributed, "job.yaml", "run", $"--listen {address} {Security}");
        cluster.StartCoordinator(network.Within(CoordinatorHost));
        for (var host = CoordinatorHost + 1; host <= Hosts; host++)
        {
            _workers[host] = cluster.StartWorker(
                address, $"--listen {NetworkNamespaces.Address(host)}:0 {Security}", network.Within(host));
        }

        cluster.WaitForMembers(members => members.Count() == _workers.Count);
        return cluster;
    }

    /// <summary>The worker of host 3 is lost, the others go on; healed, it takes part again.</summary>
    private void CutAndHeal(StandaloneCluster cluster, string how, Action cut, Action heal)
    {
        var (from, name) = (cluster.Log.Count, _workers[3]);
        cut();
        var lost = cluster.Log.WaitForEvent("lost", line => line.GetProperty("worker").GetString() == name, from);
        Tell($"cut {how}: {lost.GetRawText()}");
        Tell($"  {cluster.Log.WaitForEvent("recovered", from: from).GetRawText()}");
        from = cluster.Log.Count;
        heal();
        cluster.WaitForMembers(members => members.Contains(name), from);
        Tell("  healed");
    }

    /// <summary>Of two workers that cannot reach each other one is left behind for as long as that lasts.</summary>
    private void CutBetweenWorkers(StandaloneCluster cluster, NetworkNamespaces network)
    {
        var from = cluster.Log.Count;
        network.CutOneWay(2, 3);
        Tell($"cut one way, between workers: {cluster.Log.WaitForEvent("troubled", from: from).GetRawText()}");
        Tell($"  {cluster.Log.WaitForEvent("recovered", from: from).GetRawText()}");
        from = cluster.Log.Count;
        network.HealOneWay(2, 3);
        cluster.WaitForMembers(members => members.Count() == _workers.Count, from);
        Tell("  healed");
    }

    private void Shape(StandaloneCluster cluster, string how, Func<string?> shape, Action unshape)
    {
        if (shape() is { } reason)
        {
            Tell($"not {how}, because that is not permitted here: {reason}");
            return;
        }

        var from = cluster.Log.Count;
        Assert.NotNull(cluster.WaitForEpoch(from));
        Assert.DoesNotContain(
            cluster.Log.Lines.Skip(from), line => line.StartsWith("{\"event\":\"lost\"", StringComparison.Ordinal));
        Tell($"{how}: trains");
        unshape();
    }

    private void Tell(string line) => output.WriteLine(line);
}
