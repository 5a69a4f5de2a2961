using System.Net;
using System.Net.Sockets;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>The fault table, part one: what a running job survives, each with the line that tells of it.</summary>
public sealed class SurvivedFaultTests(ClusterUnderFaults shared, ITestOutputHelper output)
    : IClassFixture<ClusterUnderFaults>
{
    private const int GarbageBytes = 4 << 20;

    private static readonly Dictionary<string, Action<SurvivedFaultTests, FaultRow>> Table = new()
    {
        ["a worker is killed"] = (test, row) => test.KillWorkers(row, 1),
        ["two workers are killed at once"] = (test, row) => test.KillWorkers(row, 2),
        ["all workers are killed"] = (test, row) => test.KillWorkers(row, 3),
        ["a worker is killed while another is silent"] = (test, row) => test.KillWhileRegrouping(row),
        ["a worker is stopped and goes on late"] = (test, row) => test.FreezeWorker(row),
        ["a worker is told to leave"] = (test, row) => test.Leave(row),
        ["a worker comes under a name that is there"] = (test, row) => test.JoinUnderTheSameName(row),
        ["a worker is killed while a checkpoint is made"] = (test, row) => test.KillWhileSaving(row),
        ["the coordinator is killed"] = (test, row) => test.KillCoordinator(row),
        ["the coordinator is stopped and goes on late"] = (test, row) => test.FreezeCoordinator(row),
        ["a control link is cut"] = (test, row) => test.CutControlLink(row),
        ["a control link carries nothing"] = (test, row) => test.HoldControlLink(row),
        ["a data link is cut"] = (test, row) => test.CutDataLink(row),
        ["a data link carries nothing"] = (test, row) => test.HoldDataLink(row),
        ["a data link carries garbage"] = (test, row) => test.InjectIntoDataLink(row),
        ["random bytes come at both ports"] = (test, row) => test.SendGarbage(row),
        ["checkpoints cannot be written"] = (test, row) => test.FailCheckpoints(row),
    };

    public static TheoryData<string> Faults => [.. Table.Keys];

    private StandaloneCluster Cluster => shared.Cluster;

    [Theory]
    [MemberData(nameof(Faults))]
    public void RunningJob_TellsOfAFaultAndGoesOn(string fault)
    {
        shared.Restore();
        output.WriteLine(fault);

        Table[fault](this, new FaultRow(Cluster, output.WriteLine));

        shared.Restore();
        Cluster.HasNoStackTraces();
    }

    private void KillWorkers(FaultRow row, int count)
    {
        var names = Cluster.Workers.Keys.Take(count).ToList();
        names.ForEach(name => Cluster.Workers[name].Send(Signals.Kill));
        names.ForEach(name => Cluster.Forget(name).WaitForExit());
        Assert.All(names, name => row.SeesLine("lost", name));
        if (Cluster.Workers.Count == 0)
        {
            Cluster.StartWorker();
        }

        row.Recovers();
    }

    /// <summary>The silent one keeps the regrouping after the first death from ending, when the second comes.</summary>
    private void KillWhileRegrouping(FaultRow row)
    {
        var names = Cluster.Workers.Keys.Take(3).ToList();
        Cluster.Workers[names[0]].Send(Signals.Stop);
        Cluster.Kill(names[1]);
        row.SeesLine("lost", names[1]);
        Cluster.StartWorker();
        Cluster.Kill(names[2]);
        row.SeesLine("lost", names[2]);
        Cluster.Workers[names[0]].Send(Signals.Continue);
        row.Recovers();
    }

    private void FreezeWorker(FaultRow row)
    {
        var name = Cluster.Workers.Keys.First();
        Cluster.Workers[name].Send(Signals.Stop);
        row.SeesLine("lost", name);
        row.Recovers();
        Cluster.Workers[name].Send(Signals.Continue);
    }

    private void Leave(FaultRow row)
    {
        var name = Cluster.Workers.Keys.First();
        var left = Cluster.Forget(name).End(Signals.Terminate);
        Assert.Equal(128 + Signals.Terminate, left.Exit);
        Cluster.Log.WaitForEvent("left", line => line.GetProperty("worker").GetString() == name);
        row.Trains(Cluster.Workers.Keys);
    }

    private void JoinUnderTheSameName(FaultRow row)
    {
        var name = Cluster.Workers.Keys.First();
        var first = Cluster.Forget(name);
        Cluster.StartNamed(name);
        Cluster.WaitForMembers(members => members.Count(member => member == name) == 2);
        Assert.Equal(128 + Signals.Terminate, first.End(Signals.Terminate).Exit);
        row.Trains(name);
    }

    private void KillWhileSaving(FaultRow row)
    {
        var saving = shared.Distributed.Start($"checkpoint --coordinator {Cluster.RunDirectory} --json");
        shared.Cluster.Kill(Cluster.Workers.Keys.First());
        row.Recovers();
        var saved = saving.WaitForExit();
        Assert.True(saved.Exit == 0, saved.Error);
        Assert.NotEmpty(saved.Last.GetProperty("path").GetString()!);
    }

    private void KillCoordinator(FaultRow row)
    {
        var workers = Cluster.Workers.Values.Select(worker => (worker, worker.Errors.Count)).ToList();
        Cluster.Coordinator.End(Signals.Kill);
        workers.ForEach(pair => row.SeesError(pair.worker, "closed", pair.Count));
        Cluster.StartCoordinator();
        row.Recovers(from: 0);
    }

    private void FreezeCoordinator(FaultRow row)
    {
        var (name, worker) = Cluster.Workers.First();
        var from = worker.Errors.Count;
        Cluster.Coordinator.Send(Signals.Stop);
        row.SeesError(worker, "closed: nothing came for 2.5 s", from); // the control link: its data link may be first
        Cluster.Coordinator.Send(Signals.Continue);
        row.SeesLine("lost", name);
        row.Recovers();
    }

    private void CutControlLink(FaultRow row)
    {
        var (relay, name) = shared.StartBehindControlRelay();
        using (relay)
        {
            row.Trains(name);
            relay.Cut();
            row.SeesLine("lost", name);
            row.Recovers();
            row.Trains(name);
            Cluster.Kill(name);
        }
    }

    private void HoldControlLink(FaultRow row)
    {
        var (relay, name) = shared.StartBehindControlRelay();
        using (relay)
        {
            row.Trains(name);
            relay.Hold();
            row.SeesLine("lost", name, "nothing came for 2.5 s");
            row.Recovers();
            Cluster.Kill(name);
        }
    }

    private void CutDataLink(FaultRow row)
    {
        var (relay, name) = shared.StartBehindDataRelay();
        using (relay)
        {
            row.Trains(name);
            relay.Cut();
            row.SeesLine("troubled", null, "data link");
            row.Recovers();
            Assert.True(relay.Passed > 0);
            Cluster.Kill(name);
        }
    }

    /// <summary>Whoever is thought unreachable is left behind, and the others go on.</summary>
    private void HoldDataLink(FaultRow row)
    {
        var (relay, name) = shared.StartBehindDataRelay();
        using (relay)
        {
            row.Trains(name);
            relay.Hold();
            row.SeesLine("troubled", null);
            row.Recovers();
            Cluster.Kill(name);
        }
    }

    private void InjectIntoDataLink(FaultRow row)
    {
        var (relay, name) = shared.StartBehindDataRelay();
        using (relay)
        {
            row.Trains(name);
            relay.Inject(Garbage(100));
            row.SeesLine("troubled", null, "data link");
            row.Recovers();
            Cluster.Kill(name);
        }
    }

    /// <summary>No generation ends by it: each such connection is closed with a line, and that is all.</summary>
    private void SendGarbage(FaultRow row)
    {
        var generations = Cluster.Log.Events.Count(line => line.GetProperty("event").GetString() == "members");
        var worker = Cluster.Log.Events.Last(
            line => line.GetProperty("event").GetString() == "joined"
                && Cluster.Workers.ContainsKey(line.GetProperty("worker").GetString()!));
        string[] ports = [Cluster.Address, worker.GetProperty("address").GetString()!];
        Assert.All(ports, port => SendGarbage(IPEndPoint.Parse(port)));
        Cluster.WaitForEpoch(Cluster.Log.Count);
        row.SeesError(Cluster.Coordinator, "control");
        Assert.Equal(
            generations, Cluster.Log.Events.Count(line => line.GetProperty("event").GetString() == "members"));
    }

    private static void SendGarbage(IPEndPoint port)
    {
        var (left, bytes) = (GarbageBytes, Garbage(GarbageBytes));
        while (left > 0)
        {
            using var client = new TcpClient();
            client.Connect(port);
            try
            {
                for (var sent = 0; left > 0 && sent < GarbageBytes / 16; sent += 4096, left -= 4096)
                {
                    client.GetStream().Write(bytes, bytes.Length - left, Math.Min(4096, left));
                }
            }
            catch (IOException)
            {
                left -= 4096; // it was closed: on to the next
            }
        }
    }

    private static byte[] Garbage(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A file lies where the folder of checkpoints was, as a full or broken disk would refuse them.</summary>
    private void FailCheckpoints(FaultRow row)
    {
        var folder = shared.Distributed.PathOf($"{Cluster.RunDirectory}/checkpoints");
        var from = Cluster.Coordinator.Errors.Count;
        Directory.Move(folder, folder + ".away");
        File.WriteAllText(folder, "");
        row.SeesError(Cluster.Coordinator, "the checkpoint could not be written", from);
        File.Delete(folder);
        Directory.Move(folder + ".away", folder);
        Cluster.Log.WaitForEvent("checkpoint", from: Cluster.Log.Count);
    }
}
