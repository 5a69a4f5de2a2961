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
    private Route? _lastRoute;
    private long _egressFreePs;

    public string Address => _node.Name;

    internal IDataReceiver? Receiver { get; private set; }

    public void Open(IDataReceiver receiver)
    {
        if (process.IsAlive)
        {
            Receiver = receiver;
        }
    }

    public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0)
    {
        if (!process.IsAlive || !_simulator.IsOnThread())
        {
            return;
        }

        if ((uint)offset + (ulong)(uint)header.Count > (uint)(buffer?.Length ?? 0))
        {
            throw NoSuchFloats(header, buffer, offset);
        }

        if (RouteTo(address) is not { } route)
        {
            process.Do(() => process.Simulator.Schedule(
                TimeSpan.Zero, new ActionEvent(() => process.Do(() => TellUnknown(address)))));
            return;
        }

        route.SentEpoch = route.Epoch;
        var nowPs = _simulator.NowNs * Nanoseconds.Picoseconds;
        _egressFreePs = Math.Max(_egressFreePs, nowPs) + _network.FramePs + (_network.FloatPs * header.Count);
        var arrivalPs = _egressFreePs + (route.DrawLatencyNs() * Nanoseconds.Picoseconds);
        route.Flow!.Add(route, Math.Max(arrivalPs, route.FrameFloorPs), header, buffer, offset);
    }

    public void Reset()
    {
        if (process.IsAlive)
        {
            _node.Log("drops its data links");
            DropAll("closed by the other side", false);
        }
    }

    internal void End(CrashKind kind) => DropAll("connection reset", kind == CrashKind.PowerFailure);

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
            if (!process.IsAlive)
            {
                route.Flow = null;
            }
        }
    }

    private Route? RouteTo(string address)
    {
        if (_lastRoute?.NextGuess is { Flow: not null } guess && guess.To.Name == address)
        {
            return _lastRoute = guess;
        }

        if (_network.Find(address) is not { } to)
        {
            return null;
        }

        var route = _node.RouteTo(to);
        route.Flow ??= NewFlow();
        if (_lastRoute is not null)
        {
            _lastRoute.NextGuess = route;
        }

        return _lastRoute = route;
    }

    private FrameFlow NewFlow()
    {
        var framesPerEvent = _simulator.Options.Network.FramesPerEvent;
        return framesPerEvent == 1
            ? new FrameFlow(_simulator, 1)
            : _sharedFlow ??= new FrameFlow(_simulator, framesPerEvent);
    }

    private void TellUnknown(string address) => Receiver?.OnPeerLost(address, $"there is no node '{address}'");
}
