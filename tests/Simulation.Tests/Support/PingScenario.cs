using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation.Tests;

/// <summary>Nodes whose actors greet each other over control links and flood each other with frames.</summary>
internal static class PingScenario
{
    internal static EventLog Run(ulong seed, Action<Simulator>? faults = null)
    {
        var simulator = new Simulator(seed, new SimulatorOptions { Log = new EventLogOptions { KeepsAll = true } });
        for (var i = 0; i < 4; i++)
        {
            simulator.AddNode($"n{i}");
        }

        foreach (var node in simulator.Nodes)
        {
            node.Start(Boot);
        }

        faults?.Invoke(simulator);
        simulator.RunFor(TimeSpan.FromSeconds(20));
        return simulator.Log;
    }

    private static void Boot(SimulatedNode node)
    {
        var system = ActorRuntime.Start(node.Name, node.RuntimeOptions);
        for (var i = 0; i < 3; i++)
        {
            system.ActorOf(Props.Create(() => new PingActor(node)), $"ping{i}");
        }

        node.Control.Listen(link => link.Open(message => link.Send($"re {message}"), _ => { }));
        node.Data.Open(new NoReceiver());
    }

    private sealed class PingActor : ReceiveActor, IWithTimers
    {
        private readonly SimulatedNode _node;
        private readonly AlignedBuffer _buffer = new(100);
        private readonly List<IControlConnection> _links = [];
        private int _count;

        public PingActor(SimulatedNode node)
        {
            _node = node;
            Receive<string>(OnText);
            Receive<IControlConnection>(OnConnected);
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartPeriodicTimer("tick", "tick", TimeSpan.FromMilliseconds(300));
            var self = Self;
            foreach (var peer in _node.Simulator.Nodes)
            {
                _node.Control.Connect(peer.Name, link => self.Tell(link), failure => self.Tell(failure.Reason));
            }
        }

        private void OnText(string text)
        {
            _node.Log($"{Self.Path.Name} {text}");
            if (text != "tick")
            {
                return;
            }

            _count++;
            foreach (var link in _links)
            {
                link.Send($"ping {_count}");
            }

            var header = new FrameHeader(FrameKind.Hello, 1, _count, _node.Index, 0, 0, 0, 100);
            foreach (var peer in _node.Simulator.Nodes)
            {
                _node.Data.Send(peer.Name, header, _buffer);
            }
        }

        private void OnConnected(IControlConnection link)
        {
            _links.Add(link);
            var self = Self;
            link.Open(message => self.Tell(message), reason => self.Tell(reason));
        }
    }

    private sealed class NoReceiver : IDataReceiver
    {
        public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
        {
        }

        public void OnPeerLost(string address, string reason)
        {
        }
    }
}
