using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Security;
using Distributed.Coordinator.Membership;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Training;
using Distributed.Worker.Replicas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>Replicas that exchange over real sockets, on threads of their own, have the bits of one worker.</summary>
public sealed class TcpExchangeTests
{
    private const int Steps = 7;
    private const int Buckets = 2;

    /// <summary>Against hanging only.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly ClusterToken Token = ClusterToken.Create();
    private static readonly SingleWorker Oracle = new(Steps, new Momentum(0.1f));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Replicas_HaveTheBitsOfOneWorker_OverSockets(int workers)
    {
        var nodes = Enumerable.Range(0, workers).Select(_ => new Node()).ToList();
        try
        {
            // A generation for each lease, so that links are dropped and made again.
            long generation = 0;
            for (long step = 0; step < Steps;)
            {
                var members = await Form(nodes, ++generation);
                var steps = (int)Math.Min(Steps - step, 3 - (step % 5 == 3 ? 1 : 0));
                var sharding = Sharding.Equal(workers);
                await Task.WhenAll(members.Select((member, rank) =>
                    member.Work.Train(new TrainPlan(generation, rank, step, steps, sharding)))).WaitAsync(Patience);
                step += steps;
                AssertAll(members, step);
                Assert.DoesNotContain(nodes.SelectMany(node => node.Lost), lost => lost.Generation == generation);
            }

            Assert.All(nodes, node => node.Work.Halt(new Regroup(generation + 1, 0)));
            Assert.All(nodes, node => Assert.Equal(0, node.Work.UnexpectedFrames));
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }
    }

    /// <summary>A store that was out of reach for a while gets the next checkpoint, in the same generation.</summary>
    [Fact]
    public async Task Save_ReachesTheStoreAgain_AfterItsLinkWasLost()
    {
        using var node = new Node();
        using var store = new Store();
        var generation = 1;
        await Form([node], generation);
        for (var save = 0; save < 3; save++)
        {
            node.Work.Save(new SavePlan(generation, JobCursor.Start, store.Link.Address));
            Assert.True(store.Saved.TryTake(out _, Patience), $"save {save} did not come");
            store.Link.Reset();
            Assert.True(node.Lost.TryTake(out var lost, Patience));
            Assert.Equal(PeersLost.NoMember, Assert.Single(lost.Peers));
        }
    }

    private static async Task<List<Node>> Form(List<Node> nodes, long generation)
    {
        var candidates = nodes.Select(node => new Candidate(
            node.Address, node.Address, true, node.Work.Halt(new Regroup(generation, 0)))).ToList();
        var job = nodes[0].Job;
        var shape = new StateShape(job.Graph.Layout.Length, job.Optimizer.Slots.Count > 0, Buckets);
        var plan = RecoveryPlan.Decide(candidates, JobCursor.Start, shape, "");
        var members = plan.Members.Select(member => nodes.Single(node => node.Address == member.Node)).ToList();
        var addresses = members.Select(member => member.Address).ToImmutableArray();
        await Task.WhenAll(members.Select((node, rank) => node.Work.Form(new Form(
            generation, rank, addresses, plan.Cursor, plan.Start, Buckets,
            SmallJob.BatchSize / SmallJob.MicrobatchSize,
            [.. plan.Transfers.Where(transfer => transfer.From == node.Address)],
            [.. plan.Transfers.Where(transfer => transfer.To == rank)], [])))).WaitAsync(Patience);
        return members;
    }

    private static void AssertAll(List<Node> members, long step)
    {
        for (var rank = 0; rank < members.Count; rank++)
        {
            var replica = members[rank].Work.Replica;
            var plan = new BucketPlan(replica.Current.Parameters.Length, Buckets, members.Count);
            Oracle.AssertEqual(step, replica, plan.Kept(rank));
        }
    }

    private static TcpDataLink NewLink() => new(
        new IPEndPoint(IPAddress.Loopback, 0), null, new LinkSecurity { Token = Token }, new TcpDataLinkOptions(),
        NullLogger.Instance, TimeProvider.System);

    private sealed class Node : IDisposable
    {
        private readonly TcpDataLink _link;
        private readonly ComputeThread _compute = new("compute");

        internal Node()
        {
            _link = NewLink();
            Work = new ReplicaShardWork(Job, _compute, _link, TimeProvider.System);
            Work.Open(lost => Lost.Add(lost));
        }

        internal string Address => _link.Address;

        internal ReplicaJob Job { get; } = SmallJob.Replicated(new Momentum(0.1f));

        internal ReplicaShardWork Work { get; }

        internal BlockingCollection<PeersLost> Lost { get; } = [];

        public void Dispose()
        {
            _link.Dispose();
            _compute.Dispose();
        }
    }

    /// <summary>Notes when the weights of a save have begun to come.</summary>
    private sealed class Store : IDataReceiver, IDisposable
    {
        internal Store()
        {
            Link = NewLink();
            Link.Open(this);
        }

        internal TcpDataLink Link { get; }

        internal BlockingCollection<FrameHeader> Saved { get; } = [];

        public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
        {
            if (header.Kind == FrameKind.SavedWeights && header.Offset == 0)
            {
                Saved.Add(header);
            }
        }

        public void OnPeerLost(string address, string reason)
        {
        }

        public void Dispose() => Link.Dispose();
    }
}
