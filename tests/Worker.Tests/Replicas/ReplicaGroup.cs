using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;
using Distributed.Worker.Replicas;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Replicas in one thread: the seed decides which frame arrives and which compute goes on next; the test plays the
/// coordinator, with the real decision of what moves where.
/// </summary>
internal sealed class ReplicaGroup(ReplicaJob job, int buckets, int seed, int threads = 1)
{
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private SeededNetwork? _network;
    private long _generation;

    /// <summary>The present members, by rank.</summary>
    internal List<Node> Members { get; private set; } = [];

    internal SeededNetwork Network => _network ??= new SeededNetwork(_random);

    /// <summary>Adds nodes that hold nothing yet.</summary>
    internal IReadOnlyList<Node> Add(int count)
    {
        var added = Enumerable.Range(_nodes.Count, count)
            .Select(index => new Node(job, $"node-{index:00}", Network, threads)).ToList();
        added.ForEach(node => _nodes.Add(node.Address, node));
        return added;
    }

    internal void Kill(Node node)
    {
        node.IsDead = true;
        Network.Kill(node.Address);
    }

    /// <summary>Halts all these, decides, and sends everyone its form; frames go on moving with <see cref="RunOne"/>.
    /// </summary>
    internal (RecoveryPlan Plan, Task<Formed>[] Formed) BeginForming(
        IReadOnlyList<Node> nodes, Node? leaver = null, int shards = SmallJob.BatchSize / SmallJob.MicrobatchSize)
    {
        _generation++;
        var candidates = nodes.Select(node => new Candidate(
            node.Address, node.Address, node != leaver, node.Work.Halt(new Regroup(_generation, 0)))).ToList();
        var shape = new StateShape(job.Graph.Layout.Length, job.Optimizer.Slots.Count > 0, buckets);
        var plan = RecoveryPlan.Decide(candidates, JobCursor.Start, shape, "");
        Members = [.. plan.Members.Select(member => _nodes[member.Node])];
        var addresses = Members.Select(member => member.Address).ToImmutableArray();
        var formed = nodes.Select(node => node.Work.Form(new Form(
            _generation, Members.IndexOf(node), addresses, plan.Cursor, plan.Start, buckets, shards,
            [.. plan.Transfers.Where(transfer => transfer.From == node.Address)],
            [.. plan.Transfers.Where(transfer => transfer.To >= 0 && Members[transfer.To] == node)],
            []))).ToArray();
        return (plan, formed);
    }

    /// <summary>Brings all these into a new generation.</summary>
    internal RecoveryPlan Form(IReadOnlyList<Node> nodes, Node? leaver = null)
    {
        var (plan, formed) = BeginForming(nodes, leaver);
        RunUntilIdle();
        foreach (var (node, task) in nodes.Zip(formed))
        {
            Assert.Equal(node != leaver || Members.Contains(node), task.IsCompletedSuccessfully);
        }

        return plan;
    }

    /// <summary>Leases steps to all members; the tasks end as frames move.</summary>
    internal Task<TrainDone>[] BeginTraining(int steps, Sharding sharding)
    {
        var first = Members[0].Work.Replica.Current.Cursor!.Step;
        return [.. Members.Select((member, rank) =>
            member.Work.Train(new TrainPlan(_generation, rank, first, steps, sharding)))];
    }

    /// <summary>Trains up to this step, no lease going beyond an epoch; returns the last lease's reports.</summary>
    internal IReadOnlyList<TrainDone> TrainTo(long step, Sharding sharding)
    {
        IReadOnlyList<TrainDone> reports = [];
        while (Members[0].Work.Replica.Current.Cursor!.Step is var now && now < step)
        {
            var leased = Math.Min(job.Schedule.StepsPerEpoch - job.Schedule.StepInEpoch(now), (int)(step - now));
            var leases = BeginTraining(leased, sharding);
            RunUntilIdle();
            reports = [.. leases.Select(lease =>
            {
                Assert.True(lease.IsCompletedSuccessfully, $"lease at step {now}: {lease.Status} {lease.Exception}");
                return lease.Result;
            })];
            if (reports.Any(report => report.NonFinite is not null))
            {
                break;
            }
        }

        return reports;
    }

    /// <summary>A lease of one step, left as soon as everyone has ended it; what is begun ahead is under way.</summary>
    internal void TrainOne(Sharding sharding)
    {
        var lease = BeginTraining(1, sharding);
        while (lease.Any(task => !task.IsCompleted) && RunOne())
        {
        }

        Assert.All(lease, task => Assert.True(task.IsCompletedSuccessfully));
    }

    /// <summary>One frame or one turn of somebody's compute; false when nothing is left to do.</summary>
    internal bool RunOne()
    {
        var busy = _nodes.Values.Where(node => !node.IsDead && !node.Compute.IsIdle).ToList();
        var choices = busy.Count + (Network.IsIdle ? 0 : Math.Max(1, busy.Count));
        if (choices == 0)
        {
            return false;
        }

        var choice = _random.Next(choices);
        if (choice < busy.Count)
        {
            busy[choice].Compute.RunOne();
        }
        else
        {
            Network.DeliverOne();
        }

        return true;
    }

    internal void RunUntilIdle()
    {
        while (RunOne())
        {
        }
    }

    /// <summary>Halts everyone and asserts that every frame was explained by the protocol.</summary>
    internal void AssertNoUnexpectedFrames()
    {
        foreach (var node in _nodes.Values)
        {
            node.Work.Halt(new Regroup(_generation + 1, 0));
            Assert.Equal(0, node.Work.UnexpectedFrames);
        }
    }

    /// <summary>One process: its replica, its end of the network and its compute thread.</summary>
    internal sealed class Node
    {
        internal Node(ReplicaJob job, string address, SeededNetwork network, int threads)
        {
            Address = address;
            Compute = new PartedCompute(threads);
            Work = new ReplicaShardWork(job, Compute, network.Attach(address), TimeProvider.System);
            Work.Open(Lost.Add);
        }

        internal string Address { get; }

        internal PartedCompute Compute { get; }

        internal ReplicaShardWork Work { get; }

        internal List<PeersLost> Lost { get; } = [];

        internal bool IsDead { get; set; }
    }
}
