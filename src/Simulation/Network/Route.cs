namespace Distributed.Simulation;

/// <summary>The way from one node to another: its faults, what waits on it, and the data link's state.</summary>
// Note [Epochs of a data link]: each side numbers its links to the other. A frame carries its sender's number (Epoch).
// A side that drops its links goes on with the next number, so that whatever it had sent is void, and refuses all of
// the other side's numbers that belong to links it knew. A number it has not seen yet belongs to a link on its way to
// being made, and survives. A notice of loss carries the number its receiver had when the link was dropped, and is
// void when that side has dropped the link itself meanwhile.
internal sealed class Route(SimulatedNode from, SimulatedNode to)
{
    private long _packetFloorNs;

    internal SimulatedNode From => from;

    internal SimulatedNode To => to;

    internal Route Reverse => ReferenceEquals(from, to) ? this : field ??= to.RouteTo(from);

    /// <summary>Nothing comes through, and what lasts is noticed by time-outs.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Nothing comes through until it is released; nobody notices.</summary>
    internal bool IsHeld { get; set; }

    internal bool IsBlocked => IsCut || IsHeld;

    internal long ExtraDelayNs => Lane.ExtraDelayNs;

    /// <summary>Frames yet to be delivered that will arrive a second time.</summary>
    internal int RepeatCount { get; set; }

    internal List<Frame> Repeats => field ??= [];

    /// <summary>
    /// Counts the partitions between the two nodes, so that a time-out knows whether its one has ended.
    /// </summary>
    internal int CutCount { get; set; }

    /// <summary>The sender's number of the link.</summary>
    internal uint Epoch => Lane.Epoch;

    /// <summary>What every frame looks at.</summary>
    internal ref Lane Lane => ref from.Lanes[to.Index];

    /// <summary>The latest epoch of which the receiver has taken a frame.</summary>
    internal uint AcceptedEpoch { get; set; }

    /// <summary>Up to this epoch the receiver takes no frame any more.</summary>
    internal uint RefusedEpoch { get; set; }

    /// <summary>The frames on their way, and whose way that is: this route's, or all of the sender's.</summary>
    internal FrameFlow? Flow { get; set; }

    internal WaitingTraffic Waiting => field ??= new WaitingTraffic(this);

    /// <summary>Whether the sender has a link: it has sent, or taken something that it did not drop since.</summary>
    internal bool IsKnownToSender => Lane.SentEpoch == Epoch || Reverse.IsAccepted;

    /// <summary>Whether the receiver has taken frames of the sender's present link.</summary>
    internal bool IsAccepted => AcceptedEpoch == Epoch && AcceptedEpoch > RefusedEpoch;

    /// <summary>Makes deliveries on the routes look at their state again.</summary>
    internal static void Disturb(IEnumerable<Route> routes)
    {
        foreach (var route in routes)
        {
            route.Lane.ClearEpoch = 0;
        }
    }

    /// <summary>How long something sent now is on its way.</summary>
    internal long DrawLatencyNs() => from.DrawLatencyNs() + ExtraDelayNs;

    /// <summary>How long nothing has to come through before one side gives up.</summary>
    internal long DrawLossTimeoutNs()
    {
        var timeoutNs = Nanoseconds.From(from.Simulator.Options.Network.LossTimeout);
        return timeoutNs + from.NetworkRandom.Below((timeoutNs / 10) + 1);
    }

    /// <summary>
    /// Sends a packet, which arrives after those sent before it. The result is when, if nothing holds it.
    /// </summary>
    internal long Transmit(Packet packet)
    {
        var simulator = from.Simulator;
        _packetFloorNs = Math.Max(_packetFloorNs, simulator.NowNs + DrawLatencyNs());
        packet.Route = this;
        simulator.ScheduleAt(_packetFloorNs, packet);
        return _packetFloorNs;
    }
}
