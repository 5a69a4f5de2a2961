using Distributed.Cluster.Links;

namespace Distributed.Simulation.Tests.DataLinks;

/// <summary>
/// Three nodes number their frames to each other while faults happen at random. A gap in what one receives from
/// another is allowed only after both have heard of a loss, or have dropped the link themselves.
/// </summary>
public sealed class DataLinkPromiseTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 1)]
    [InlineData(1, 5000)]
    public void Frames_ArriveInOrderOrBothSidesAreTold(int framesPerEvent, int jitterMicroseconds)
    {
        for (var seed = 0UL; seed < 60; seed++)
        {
            var simulator = new Simulator(seed, new SimulatorOptions
            {
                Network = new NetworkOptions
                {
                    FramesPerEvent = framesPerEvent,
                    Jitter = TimeSpan.FromMicroseconds(jitterMicroseconds),
                },
                Log = new EventLogOptions { LinesKept = 60 },
            });
            Run(simulator);
        }
    }

    private static void Run(Simulator simulator)
    {
        var random = simulator.Random(DrawPurpose.Faults);
        var nodes = new[] { simulator.AddNode("a"), simulator.AddNode("b"), simulator.AddNode("c") };
        var ends = Array.ConvertAll(nodes, node => new Numbered(node));
        for (var i = 0; i < 400; i++)
        {
            simulator.RunFor(random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(random.Chance(0.05) ? 9000 : 1)));
            var one = random.Below(3);
            var other = (one + 1 + random.Below(2)) % 3;
            if (random.Chance(0.8))
            {
                ends[one].Send(other);
            }
            else
            {
                Inflict(simulator.Network, random.Below(10), nodes[one], nodes[other], ends[one]);
            }
        }

        simulator.Network.RepairAll();
        foreach (var node in nodes)
        {
            node.Thaw();
        }

        simulator.RunFor(TimeSpan.FromSeconds(30));
        foreach (var end in ends)
        {
            end.Send((end.Index + 1) % 3);
        }

        simulator.RunFor(TimeSpan.FromSeconds(30));
        foreach (var end in ends)
        {
            end.Send((end.Index + 1) % 3);
        }

        simulator.RunFor(TimeSpan.FromSeconds(1));
        foreach (var end in ends)
        {
            var peer = ends[(end.Index + 1) % 3];
            peer.Expect(
                end.SentCount[peer.Index] == peer.NextExpected[end.Index],
                $"what was sent last of {end.SentCount[peer.Index]} has not come after all faults");
        }
    }

    private static void Inflict(
        SimulatedNetwork network, int kind, SimulatedNode one, SimulatedNode other, Numbered end)
    {
        switch (kind)
        {
            case 0: network.Partition(one, other); break;
            case 1: network.PartitionOneWay(one, other); break;
            case 2: network.RepairAll(); break;
            case 3: network.Hold(one, other); break;
            case 4: network.Release(one, other); break;
            case 5: network.Drop(one, other); break;
            case 6: network.Delay(one, other, TimeSpan.FromMilliseconds(2)); break;
            case 7: one.Freeze(); break;
            case 8: one.Thaw(); break;
            default: end.Reset(); break;
        }
    }

    private sealed class Numbered : IDataReceiver
    {
        private readonly SimulatedNode _node;

        /// <summary>By peer: whether a gap in what comes from it is allowed next.</summary>
        private readonly bool[] _mayMiss = [true, true, true];

        /// <summary>By peer: the first frame sent since it knew of the last loss.</summary>
        private readonly int[] _firstOfLink = new int[3];

        internal Numbered(SimulatedNode node)
        {
            _node = node;
            node.Start(_ => node.Data.Open(this));
        }

        internal int Index => _node.Index;

        internal int[] SentCount { get; } = new int[3];

        internal int[] NextExpected { get; } = new int[3];

        public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
        {
            var (from, number) = (header.From, (int)header.Step);
            var firstOfLink = header.Offset;
            Expect(number >= NextExpected[from], $"frame {number} came after {NextExpected[from] - 1}");
            if (number > NextExpected[from])
            {
                Expect(_mayMiss[from], $"frame {number} came after {NextExpected[from] - 1}, and no loss was told");
                Expect(number == firstOfLink, $"frame {number} came first on a link that began with {firstOfLink}");
            }

            NextExpected[from] = number + 1;
            _mayMiss[from] = false;
        }

        public void OnPeerLost(string address, string reason) => BeginLink(address[0] - 'a');

        internal void Send(int to)
        {
            if (!_node.IsFrozen)
            {
                var address = _node.Simulator.Nodes[to].Name;
                _node.Data.Send(
                    address, new FrameHeader(FrameKind.Hello, 1, SentCount[to]++, Index, 0, 0, _firstOfLink[to], 0));
            }
        }

        internal void Reset()
        {
            if (!_node.IsFrozen)
            {
                _node.Data.Reset();
                Array.ForEach([0, 1, 2], BeginLink);
            }
        }

        internal void Expect(bool holds, string message)
        {
            var log = string.Join('\n', _node.Simulator.Log.Last);
            Assert.True(holds, $"seed {_node.Simulator.Seed}: {_node.Name}: {message}\n{log}");
        }

        private void BeginLink(int peer)
        {
            _mayMiss[peer] = true;
            _firstOfLink[peer] = SentCount[peer];
        }
    }
}
