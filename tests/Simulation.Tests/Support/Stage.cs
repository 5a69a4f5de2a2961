using Distributed.Cluster.Links;

namespace Distributed.Simulation.Tests;

/// <summary>A few running nodes without jitter, latency 1 ms, 8 Gbit/s: a nanosecond per byte.</summary>
internal static class Stage
{
    internal static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

    internal static readonly TimeSpan LossMax = TimeSpan.FromSeconds(11);

    internal static SimulatorOptions Options => new()
    {
        Network = new NetworkOptions
        {
            Latency = Latency,
            Jitter = TimeSpan.Zero,
            BandwidthBitsPerSecond = 8_000_000_000,
        },
        Compute = new ComputeOptions { JitterFraction = 0 },
        Log = new EventLogOptions { KeepsAll = true },
    };

    internal static Simulator Of(int nodes, Func<SimulatorOptions, SimulatorOptions>? change = null)
    {
        var simulator = new Simulator(7, change is null ? Options : change(Options));
        for (var i = 0; i < nodes; i++)
        {
            simulator.AddNode($"n{i}").Start(_ => { });
        }

        return simulator;
    }

    internal static Inbox[] OpenAll(this Simulator simulator) =>
        [.. simulator.Nodes.Select(node => new Inbox(node))];

    internal static void Send(this SimulatedNode from, SimulatedNode to, int step) =>
        from.Data.Send(to.Name, new FrameHeader(FrameKind.Hello, 1, step, from.Index, 0, 0, 0, 0));
}

/// <summary>Takes a node's frames and writes down what came, and when.</summary>
internal sealed class Inbox : IDataReceiver
{
    private readonly Simulator _simulator;

    internal Inbox(SimulatedNode node)
    {
        _simulator = node.Simulator;
        node.Data.Open(this);
    }

    internal List<(int From, long Step)> Frames { get; } = [];

    internal List<long> TimesNs { get; } = [];

    internal List<float> FirstFloats { get; } = [];

    internal List<(string Address, string Reason)> Lost { get; } = [];

    internal IEnumerable<long> Steps => Frames.Select(frame => frame.Step);

    public void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        Frames.Add((header.From, header.Step));
        TimesNs.Add(_simulator.NowNs);
        if (!floats.IsEmpty)
        {
            FirstFloats.Add(floats[0]);
        }
    }

    public void OnPeerLost(string address, string reason) => Lost.Add((address, reason));
}
