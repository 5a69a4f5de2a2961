using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation.Tests.DataLinks;

/// <summary>All nodes send to all, step after step, as a cluster's collective does.</summary>
public sealed class ThroughputTests
{
    private const int StepCount = 5;
    private const int BucketCount = 8;

    [Theory]
    [InlineData(64, 64)]
    [InlineData(8, 1)]
    public void AllToAll_ArrivesWhole_WhenNodesAreMany(int nodes, int framesPerEvent)
    {
        var simulator = Stage.Of(nodes, options => options with
        {
            Network = options.Network with { FramesPerEvent = framesPerEvent },
            Log = new EventLogOptions { IsOn = false },
        });
        var peers = simulator.Nodes.Select(node => new Peer(node)).ToList();
        foreach (var peer in peers)
        {
            peer.SendStep();
        }

        Assert.True(simulator.RunUntil(() => peers.TrueForAll(peer => peer.IsDone), TimeSpan.FromMinutes(1)));
        Assert.All(peers, peer => Assert.Equal(StepCount * BucketCount * (nodes - 1), peer.FrameCount));
    }

    private sealed class Peer : IDataReceiver
    {
        private readonly SimulatedNode _node;
        private readonly AlignedBuffer _buffer = new(64 * BucketCount);
        private int _step;

        internal Peer(SimulatedNode node)
        {
            _node = node;
            node.Data.Open(this);
        }

        internal int FrameCount { get; private set; }

        internal bool IsDone => FrameCount == StepCount * BucketCount * (_node.Simulator.Nodes.Count - 1);

        public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
        {
            FrameCount++;
            if (FrameCount == _step * BucketCount * (_node.Simulator.Nodes.Count - 1) && _step < StepCount)
            {
                SendStep();
            }
        }

        public void OnPeerLost(string address, string reason) => Assert.Fail($"{_node.Name} lost {address}: {reason}");

        internal void SendStep()
        {
            var nodes = _node.Simulator.Nodes;
            for (var bucket = 0; bucket < BucketCount; bucket++)
            {
                for (var i = 1; i < nodes.Count; i++)
                {
                    var header = new FrameHeader(FrameKind.Partials, 1, _step, _node.Index, bucket, 0, 0, 64);
                    _node.Data.Send(nodes[(_node.Index + i) % nodes.Count].Name, header, _buffer, bucket * 64);
                }
            }

            _step++;
        }
    }
}
