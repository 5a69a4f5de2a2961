namespace Distributed.Simulation;

/// <summary>What becomes of a frame that has reached the receiver's machine.</summary>
internal static class FrameArrival
{
    /// <summary>Delivers the frame, or keeps it, or finds that its link is gone.</summary>
    internal static void Take(in Frame frame)
    {
        var route = frame.Route;
        if (frame.Epoch == route.ClearEpoch && frame.Epoch == route.Epoch)
        {
            Deliver(frame);
        }
        else if (!IsVoid(frame))
        {
            if (route.Waiting.HasFrames || HasToWait(frame))
            {
                route.Waiting.Add(frame);
            }
            else
            {
                TakeWithCare(frame);
            }
        }
    }

    /// <summary>Whether one of the sides has dropped the frame's link.</summary>
    internal static bool IsVoid(in Frame frame) =>
        frame.Epoch != frame.Route.Epoch || frame.Epoch <= frame.Route.RefusedEpoch;

    /// <summary>Whether the way is blocked; for a new link the way back counts too, since it answers.</summary>
    internal static bool HasToWait(in Frame frame) =>
        frame.Route.IsBlocked || (frame.Epoch > frame.Route.AcceptedEpoch && frame.Route.Reverse.IsBlocked);

    /// <summary>Delivers a frame that nothing on the way holds back, if the receiver is there.</summary>
    internal static void TakeWithCare(in Frame frame)
    {
        var route = frame.Route;
        var process = route.To.Process;
        if (process?.Data.Receiver is null)
        {
            DataLinkEnds.Refuse(route);
        }
        else if (process.IsPostponing)
        {
            var copy = frame;
            process.Postpone(() => DeliverWithCare(copy));
        }
        else
        {
            DeliverWithCare(frame);
        }
    }

    private static void DeliverWithCare(in Frame frame)
    {
        var route = frame.Route;
        if (IsVoid(frame))
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

        Deliver(frame);
        if (isRepeated && route.RepeatCount == 0)
        {
            route.Waiting.Repeat(route.Repeats);
        }
        else if (route is { RepeatCount: 0, IsBlocked: false } && !route.Waiting.HasFrames
            && route.To.Process is { IsPostponing: false } && route.IsAccepted)
        {
            route.ClearEpoch = frame.Epoch;
        }
    }

    private static void Deliver(in Frame frame)
    {
        var route = frame.Route;
        var simulator = route.To.Simulator;
        if (simulator.LogsFrames)
        {
            var header = frame.Header;
            route.To.Log(
                $"takes {header.Kind} g{header.Generation} s{header.Step} b{header.Bucket} p{header.Part} "
                + $"o{header.Offset} n{header.Count} from {route.From.Name}");
        }

        route.To.Process!.Data.Receiver!.OnFrame(frame.Header, frame.Floats);
    }
}
