using Distributed.Cluster.Links;

namespace Distributed.Simulation;

/// <summary>Between all nodes; its members are the faults that can happen there.</summary>
public sealed class SimulatedNetwork
{
    private readonly Simulator _simulator;
    private readonly Dictionary<string, SimulatedNode> _nodes = [];

    internal SimulatedNetwork(Simulator simulator)
    {
        _simulator = simulator;
        var options = simulator.Options.Network;
        LatencyNs = Nanoseconds.From(options.Latency);
        JitterNs = Nanoseconds.From(options.Jitter);
        var bytePs = Math.Max(1, 8 * Nanoseconds.PerSecond * Nanoseconds.Picoseconds / options.BandwidthBitsPerSecond);
        FramePs = bytePs * options.FrameHeaderBytes;
        FloatPs = (long)Math.Round(sizeof(float) * options.ByteScale * bytePs);
    }

    internal long LatencyNs { get; }

    internal long JitterNs { get; }

    /// <summary>What a frame takes on the wire besides its floats, in picoseconds.</summary>
    internal long FramePs { get; }

    /// <summary>What a float takes on the wire, in picoseconds.</summary>
    internal long FloatPs { get; }

    /// <summary>Cuts the two off from each other; what lasts longer than the time-out costs them their links.</summary>
    public void Partition(SimulatedNode one, SimulatedNode other)
    {
        PartitionOneWay(one, other);
        PartitionOneWay(other, one);
    }

    /// <summary>Cuts the way from one to the other only; the way back stays open.</summary>
    public void PartitionOneWay(SimulatedNode from, SimulatedNode to)
    {
        var route = from.RouteTo(to);
        if (route.IsCut)
        {
            return;
        }

        Log(from, to, "is cut");
        Block(route);
        var isFirst = !route.Reverse.IsCut;
        route.IsCut = true;
        if (isFirst)
        {
            var count = ++route.CutCount;
            route.Reverse.CutCount = count;
            _simulator.ScheduleAt(_simulator.NowNs + route.DrawLossTimeoutNs(), new LossTimeout(route, count));
            _simulator.ScheduleAt(
                _simulator.NowNs + route.Reverse.DrawLossTimeoutNs(), new LossTimeout(route.Reverse, count));
        }
    }

    /// <summary>Ends the partition between the two; what waited goes on in order.</summary>
    public void Repair(SimulatedNode one, SimulatedNode other)
    {
        RepairOneWay(one, other);
        RepairOneWay(other, one);
    }

    /// <summary>Ends the partition in one direction.</summary>
    public void RepairOneWay(SimulatedNode from, SimulatedNode to)
    {
        var route = from.RouteTo(to);
        if (route.IsCut)
        {
            Log(from, to, "is repaired");
            route.IsCut = false;
            Unblock(route);
        }
    }

    /// <summary>Repairs and releases every way, and ends every delay.</summary>
    public void RepairAll()
    {
        foreach (var from in _simulator.Nodes)
        {
            foreach (var route in from.Routes)
            {
                RepairOneWay(from, route.To);
                Release(from, route.To);
                route.Lane.ExtraDelayNs = 0;
            }
        }
    }

    /// <summary>Keeps everything on the way from one to the other until it is released; no time-out.</summary>
    public void Hold(SimulatedNode from, SimulatedNode to)
    {
        var route = from.RouteTo(to);
        if (!route.IsHeld)
        {
            Log(from, to, "is held");
            Block(route);
            route.IsHeld = true;
        }
    }

    /// <summary>Lets what was held go on, in order.</summary>
    public void Release(SimulatedNode from, SimulatedNode to)
    {
        var route = from.RouteTo(to);
        if (route.IsHeld)
        {
            Log(from, to, "is released");
            route.IsHeld = false;
            Unblock(route);
        }
    }

    /// <summary>Loses the data link between the two with all frames on it; both are told.</summary>
    public void Drop(SimulatedNode one, SimulatedNode other)
    {
        Log(one, other, "drops its data link");
        DataLinkEnds.Drop(one.RouteTo(other), "connection lost");
    }

    /// <summary>Loses all control links between the two; both are told.</summary>
    public void DropControl(SimulatedNode one, SimulatedNode other)
    {
        Log(one, other, "drops its control links");
        one.Process?.Control.Lose(other, "connection lost");
        other.Process?.Control.Lose(one, "connection lost");
    }

    /// <summary>Lets the next frames from one to the other arrive a second time, after the last of them.</summary>
    public void Duplicate(SimulatedNode from, SimulatedNode to, int frames)
    {
        Log(from, to, $"repeats {frames} frames");
        var route = from.RouteTo(to);
        route.RepeatCount = frames;
        route.Lane.ClearEpoch = 0;
    }

    /// <summary>Lets everything from one to the other take so much longer from now on; zero ends it.</summary>
    public void Delay(SimulatedNode from, SimulatedNode to, TimeSpan extra)
    {
        Log(from, to, $"takes {extra} longer");
        from.RouteTo(to).Lane.ExtraDelayNs = Nanoseconds.From(extra);
    }

    /// <summary>Who takes the frames of each node, by its place; null where nobody does.</summary>
    internal IDataReceiver?[] Receivers { get; private set; } = [];

    /// <summary>Until when each node's incoming bandwidth is taken, in picoseconds.</summary>
    internal long[] IngressFreePs { get; private set; } = [];

    internal void Add(SimulatedNode node)
    {
        _nodes.Add(node.Name, node);
        Receivers = [.. Receivers, null];
        IngressFreePs = [.. IngressFreePs, 0];
    }

    internal SimulatedNode? Find(string address) => _nodes.GetValueOrDefault(address);

    private static void Block(Route route)
    {
        route.Lane.ClearEpoch = 0;
        route.Reverse.Lane.ClearEpoch = 0;
    }

    private static void Unblock(Route route)
    {
        route.Waiting.Resume();
        route.Reverse.Waiting.Resume(); // frames of new links wait for both ways
    }

    private void Log(SimulatedNode from, SimulatedNode to, string what) =>
        _simulator.Log.Write("network", $"{from.Name} to {to.Name} {what}");

    /// <summary>One side of a partition gives up on its links, and on those made since, until it is repaired.</summary>
    private sealed class LossTimeout(Route route, int cutCount) : SimulatedEvent
    {
        protected internal override void Run(long sequence)
        {
            if (route.CutCount != cutCount || !(route.IsCut || route.Reverse.IsCut))
            {
                return;
            }

            var simulator = route.From.Simulator;
            var reason = $"nothing came through for {simulator.Options.Network.LossTimeout}";
            if (route.IsKnownToSender)
            {
                DataLinkEnds.Tell(route, route.Epoch, reason);
            }

            route.From.Process?.Control.Lose(route.To, reason);
            simulator.ScheduleAt(simulator.NowNs + route.DrawLossTimeoutNs(), this);
        }
    }
}
