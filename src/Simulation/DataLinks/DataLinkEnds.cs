namespace Distributed.Simulation;

/// <summary>The ways in which data links end; see Note [Epochs of a data link].</summary>
internal static class DataLinkEnds
{
    /// <summary>
    /// One side drops its link, without being told; the other side is told if it has taken part in it.
    /// </summary>
    /// <param name="route">From the side that drops.</param>
    /// <param name="reason">For the other side.</param>
    /// <param name="isSilent">Whether the other side has only its time-out to notice by.</param>
    internal static void Close(Route route, string reason, bool isSilent = false)
    {
        var back = route.Reverse;
        var isKnownToPeer = route.IsAccepted || back.IsAccepted;
        var peerEpoch = back.Epoch;
        back.RefusedEpoch = Math.Max(back.RefusedEpoch, isKnownToPeer ? peerEpoch : back.AcceptedEpoch);
        route.Lane.Epoch++;
        route.Lane.ClearEpoch = 0;
        back.Lane.ClearEpoch = 0;
        if (route.Flow is { IsShared: false } flow)
        {
            flow.Clear();
        }

        if (!isKnownToPeer)
        {
            return;
        }

        if (isSilent)
        {
            TellAt(route.From.Simulator.NowNs + back.DrawLossTimeoutNs(), back, peerEpoch, reason);
        }
        else
        {
            var toldNs = route.Transmit(new ActionPacket(() => Tell(back, peerEpoch, reason)));
            route.Lane.FrameFloorPs = toldNs * Nanoseconds.Picoseconds; // new links come after the end of the old one
        }
    }

    /// <summary>Nobody takes frames at the receiver's address: the sender is told, or has to notice.</summary>
    internal static void Refuse(Route route)
    {
        var epoch = route.Epoch;
        route.RefusedEpoch = epoch;
        route.Lane.ClearEpoch = 0;
        if (route.To.IsPoweredOff)
        {
            TellAt(
                route.From.Simulator.NowNs + route.DrawLossTimeoutNs(), route, epoch,
                $"no answer for {route.From.Simulator.Options.Network.LossTimeout}");
        }
        else
        {
            route.Reverse.Transmit(new ActionPacket(() => Tell(route, epoch, "connection refused")));
        }
    }

    /// <summary>The link between the two is lost on the way, with all that is on it; both sides are told.</summary>
    internal static void Drop(Route route, string reason)
    {
        var back = route.Reverse;
        var (isKnown, isKnownToPeer) = (route.IsKnownToSender, back.IsKnownToSender);
        if (isKnown)
        {
            DropSide(route, reason);
        }
        if (isKnownToPeer)
        {
            DropSide(back, reason);
        }
    }

    /// <summary>Tells one side that its link is lost, unless it has dropped it meanwhile.</summary>
    /// <param name="route">From the side that is told.</param>
    /// <param name="epoch">Its number of the link.</param>
    /// <param name="reason">One line.</param>
    internal static void Tell(Route route, uint epoch, string reason) => route.From.Process?.Do(() =>
    {
        if (route.Epoch != epoch)
        {
            return;
        }

        Close(route, "connection reset");
        route.From.Log($"data link with {route.To.Name} lost: {reason}");
        route.From.Simulator.Network.Receivers[route.From.Index]?.OnPeerLost(route.To.Name, reason);
    });

    private static void DropSide(Route route, string reason)
    {
        route.RefusedEpoch = route.Epoch;
        route.Lane.ClearEpoch = 0;
        var toldNs = route.From.Simulator.NowNs + route.DrawLatencyNs();
        TellAt(toldNs, route, route.Epoch, reason);
        ref var floorPs = ref route.Reverse.Lane.FrameFloorPs;
        floorPs = Math.Max(floorPs, toldNs * Nanoseconds.Picoseconds);
    }

    private static void TellAt(long dueNs, Route route, uint epoch, string reason) =>
        route.From.Simulator.ScheduleAt(dueNs, new ActionEvent(() => Tell(route, epoch, reason)));
}
