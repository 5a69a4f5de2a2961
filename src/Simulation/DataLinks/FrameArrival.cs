namespace Distributed.Simulation;

/// <summary>What becomes of a frame that has reached the receiver's machine.</summary>
internal static class FrameArrival
{
    /// <summary>Delivers the frame, or keeps it, or finds that its link is gone.</summary>
    internal static void Take(Route route, in Frame frame)
    {
        if (IsVoid(route, frame))
        {
            return;
        }

        if (route.Waiting.HasFrames || HasToWait(route, frame))
        {
            route.Waiting.Add(frame);
        }
        else
        {
            TakeWithCare(route, frame);
        }
    }

    /// <summary>Whether one of the sides has dropped the frame's link.</summary>
    internal static bool IsVoid(Route route, in Frame frame) =>
        frame.Epoch != route.Epoch || frame.Epoch <= route.RefusedEpoch;

    internal static bool IsVoidOrBlocked(Route route, in Frame frame) => IsVoid(route, frame) || route.IsBlocked;

    /// <summary>Whether the way is blocked; for a new link the way back counts too, since it answers.</summary>
    internal static bool HasToWait(Route route, in Frame frame) =>
        route.IsBlocked || (frame.Epoch > route.AcceptedEpoch && route.Reverse.IsBlocked);

    /// <summary>Delivers a frame that nothing on the way holds back, if the receiver is there.</summary>
    internal static void TakeWithCare(Route route, in Frame frame)
    {
        var process = route.To.Process;
        if (process is null || route.To.Simulator.Network.Receivers[route.To.Index] is null)
        {
            DataLinkEnds.Refuse(route);
        }
        else if (process.IsPostponing)
        {
            var copy = frame;
            process.Postpone(() => DeliverWithCare(route, copy));
        }
        else
        {
            DeliverWithCare(route, frame);
        }
    }

    /// <summary>Hands over the floats as they lie in the sender's buffer now.</summary>
    internal static void Deliver(SimulatedNode from, in Frame frame)
    {
        var simulator = from.Simulator;
        if (simulator.LogsFrames)
        {
            var header = frame.Header;
            simulator.Nodes[frame.To].Log(
                $"takes {header.Kind} g{header.Generation} s{header.Step} b{header.Bucket} p{header.Part} "
                + $"o{header.Offset} n{header.Count} from {from.Name}");
        }

        simulator.Network.Receivers[frame.To]!.OnFrame(frame.Header, frame.Floats);
    }

    private static void DeliverWithCare(Route route, in Frame frame)
    {
        if (IsVoid(route, frame))
        {
            return;
        }

        if (frame.Epoch > route.AcceptedEpoch)
        {
            route.AcceptedEpoch = frame.Epoch;
            route.To.Log($"data link from {route.From.Name} opens, {frame.Epoch}");
        }

        var isRepeated = route.RepeatCount > 0;
        if (isRepeated)
        {
            route.RepeatCount--;
            route.Repeats.Add(frame);
        }

        Deliver(route.From, frame);
        if (isRepeated && route.RepeatCount == 0)
        {
            route.Waiting.Repeat(route.Repeats);
        }
        else if (route is { RepeatCount: 0, IsBlocked: false } && !route.Waiting.HasFrames
            && route.To.Process is { IsPostponing: false } && route.IsAccepted)
        {
            route.Lane.ClearEpoch = frame.Epoch;
        }
    }
}
