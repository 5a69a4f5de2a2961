using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation;

/// <summary>The data links of one process.</summary>
/// <remarks>
/// Cost: a frame leaves when those sent before it have left; the bandwidth that frames of a dropped link were to take
/// stays taken, except after a reset.
/// </remarks>
internal sealed class SimulatedDataLink(SimulatedProcess process) : IDataLink
{
    private readonly SimulatedNode _node = process.Node;
    private readonly Simulator _simulator = process.Simulator;
    private readonly SimulatedNetwork _network = process.Simulator.Network;
    private FrameFlow? _sharedFlow;
    private int _last = -1;
    private long _egressFreePs;

    public string Address => _node.Name;

    public void Open(IDataReceiver receiver)
    {
        if (process.IsAlive)
        {
            _network.Receivers[_node.Index] = receiver;
        }
    }

    public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0)
    {
        if (!process.IsAlive || !_simulator.IsOnThread())
        {
            return;
        }

        if (offset < 0 || header.Count < 0 || (long)offset + header.Count > (buffer?.Length ?? 0))
        {
            throw NoSuchFloats(header, buffer, offset);
        }

        var to = PlaceOf(address);
        if (to < 0)
        {
            TellUnknown(address);
            return;
        }

        ref var lane = ref _node.Lanes[to];
        lane.SentEpoch = lane.Epoch;
        var nowPs = _simulator.NowNs * Nanoseconds.Picoseconds;
        _egressFreePs = Math.Max(_egressFreePs, nowPs) + _network.FramePs + (_network.FloatPs * header.Count);
        var delayNs = _node.DrawLatencyNs() + lane.ExtraDelayNs;
        var arrivalPs = Math.Max(_egressFreePs + (delayNs * Nanoseconds.Picoseconds), lane.FrameFloorPs);
        var flow = _sharedFlow ?? _node.RouteTo(_simulator.Nodes[to]).Flow!;
        flow.Add(to, lane.Epoch, arrivalPs, header, buffer, offset);
    }

    public void Reset()
    {
        if (process.IsAlive)
        {
            _node.Log("drops its data links");
            DropAll("closed by the other side", false);
        }
    }

    internal void End(CrashKind kind)
    {
        _network.Receivers[_node.Index] = null;
        DropAll("connection reset", kind == CrashKind.PowerFailure);
        foreach (var route in _node.Routes)
        {
            route.Flow = null;
            route.Lane.Address = null; // the next process starts with flows of its own
        }
    }

    private static ArgumentOutOfRangeException NoSuchFloats(in FrameHeader header, AlignedBuffer? buffer, int offset) =>
        new(nameof(offset), offset,
            $"send: {header.Count} floats from {offset} on are not in a buffer of {buffer?.Length ?? 0}");

    private void DropAll(string reason, bool isSilent)
    {
        _egressFreePs = 0;
        _sharedFlow?.Clear();
        foreach (var route in _node.Routes)
        {
            DataLinkEnds.Close(route, reason, isSilent);
        }
    }

    /// <summary>The place of the node with the address, with all that sending to it needs; −1 for none.</summary>
    private int PlaceOf(string address)
    {
        var lanes = _node.Lanes;
        if (_last >= 0)
        {
            var guess = lanes[_last].NextGuess;
            // The same object, as senders use the same addresses again and again: not even the text is looked at.
            if (ReferenceEquals(lanes[guess].Address, address))
            {
                return _last = guess;
            }
        }

        return Find(address);
    }

    private int Find(string address)
    {
        if (_network.Find(address) is not { } to)
        {
            return -1;
        }

        var route = _node.RouteTo(to);
        route.Flow ??= NewFlow();
        if (_last >= 0)
        {
            _node.Lanes[_last].NextGuess = to.Index;
        }

        route.Lane.Address = address;
        return _last = to.Index;
    }

    private FrameFlow NewFlow()
    {
        var framesPerEvent = _simulator.Options.Network.FramesPerEvent;
        return framesPerEvent == 1
            ? new FrameFlow(_node, 1)
            : _sharedFlow ??= new FrameFlow(_node, framesPerEvent);
    }

    // Apart from Send, where capturing the address would allocate for every frame.
    private void TellUnknown(string address) => _simulator.After(TimeSpan.Zero, () => process.Do(() =>
        _network.Receivers[_node.Index]?.OnPeerLost(address, $"there is no node '{address}'")));
}
