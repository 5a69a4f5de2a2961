namespace Distributed.Simulation;

/// <summary>
/// What a route's fault holds back. When it may go on, it arrives in order, with actors' turns in between.
/// </summary>
internal sealed class WaitingTraffic(Route route) : SimulatedEvent
{
    private readonly Queue<Packet> _packets = new();
    private readonly Queue<Frame> _frames = new();
    private readonly Queue<Frame> _repeats = new();
    private long _armed;

    internal bool HasPackets => _packets.Count > 0;

    internal bool HasFrames => _frames.Count > 0 || _repeats.Count > 0;

    internal void Add(Packet packet) => _packets.Enqueue(packet);

    internal void Add(in Frame frame) => _frames.Enqueue(frame);

    /// <summary>Lets frames arrive once more, before all that wait.</summary>
    internal void Repeat(List<Frame> frames)
    {
        foreach (var frame in frames)
        {
            _repeats.Enqueue(frame);
        }

        frames.Clear();
        Resume();
    }

    /// <summary>Begins to let it through, as soon as something sent now would arrive.</summary>
    internal void Resume()
    {
        if (HasPackets || HasFrames)
        {
            _armed = route.From.Simulator.ScheduleAt(route.From.Simulator.NowNs + route.DrawLatencyNs(), this);
        }
    }

    protected internal override void Run(long sequence)
    {
        if (sequence != _armed || route.IsBlocked)
        {
            return;
        }

        // Taken out afterwards, so that what arrives within the call waits behind it.
        if (HasPackets)
        {
            _packets.Peek().Arrive();
            _packets.Dequeue();
        }
        else
        {
            RunFrame();
        }

        if ((HasPackets || HasFrames) && sequence == _armed)
        {
            _armed = route.From.Simulator.Schedule(TimeSpan.Zero, this);
        }
    }

    private void RunFrame()
    {
        var queue = _repeats.Count > 0 ? _repeats : _frames;
        var frame = queue.Peek();
        if (!FrameArrival.IsVoid(route, frame))
        {
            if (FrameArrival.HasToWait(route, frame))
            {
                _armed = 0;
                return;
            }

            FrameArrival.TakeWithCare(route, frame);
        }

        queue.Dequeue();
    }
}
