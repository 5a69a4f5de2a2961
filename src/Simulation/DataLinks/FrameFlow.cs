using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation;

/// <summary>Frames that arrive in the order they were sent, with one event for all of them.</summary>
/// <remarks>
/// A flow belongs to one pair of nodes, or to one sender where frames are delivered several at a time. Bandwidth into
/// the receiver is taken when frames reach it, first come first served; a frame that has to wait there holds back
/// those behind it in the flow.
/// </remarks>
internal sealed class FrameFlow(SimulatedNode from, int framesPerEvent) : SimulatedEvent
{
    private readonly Simulator _simulator = from.Simulator;
    private readonly SimulatedNetwork _network = from.Simulator.Network;
    private Frame[] _frames = new Frame[16];
    private int _head;
    private int _count;
    private int _admittedCount;
    private long _lastArrivalPs;
    private long _armed;

    /// <summary>Whether it carries all of a sender's frames.</summary>
    internal bool IsShared => framesPerEvent > 1;

    internal void Add(
        int to, uint epoch, long arrivalPs, in FrameHeader header, AlignedBuffer? buffer, int offset)
    {
        if (_count == _frames.Length)
        {
            Grow();
        }

        ref var frame = ref _frames[(_head + _count) & (_frames.Length - 1)];
        frame.Header = header;
        frame.Buffer = buffer;
        _lastArrivalPs = frame.ArrivalPs = Math.Max(arrivalPs, _lastArrivalPs);
        frame.Offset = offset;
        frame.Epoch = epoch;
        frame.To = to;
        _count++;
        if (_armed == 0)
        {
            Arm(_lastArrivalPs);
        }
    }

    /// <summary>Forgets all frames, because their sender has dropped their links.</summary>
    internal void Clear()
    {
        _head = _count = _admittedCount = 0;
        _lastArrivalPs = 0;
        _armed = 0;
        Array.Clear(_frames);
    }

    protected internal override bool IsStale(long sequence) => sequence != _armed;

    protected internal override void Run(long sequence)
    {
        if (sequence != _armed)
        {
            return;
        }

        if (_admittedCount == 0)
        {
            var admittedPs = Admit();
            if (Nanoseconds.AtOrAfter(admittedPs) > _simulator.NowNs)
            {
                Arm(admittedPs);
                return;
            }
        }

        for (; _admittedCount > 0; _admittedCount--)
        {
            ref var frame = ref _frames[_head];
            if (frame.Epoch == from.Lanes[frame.To].ClearEpoch)
            {
                FrameArrival.Deliver(from, frame);
            }
            else
            {
                FrameArrival.Take(RouteOf(frame), frame);
            }

            if (sequence != _armed)
            {
                return; // the receiver was the sender too, and has dropped the links
            }

            _head = (_head + 1) & (_frames.Length - 1); // not before: what was taken lies there
            _count--;
        }

        _armed = 0;
        if (_count > 0)
        {
            var last = Math.Min(_count, framesPerEvent) - 1;
            Arm(_frames[(_head + last) & (_frames.Length - 1)].ArrivalPs);
        }
    }

    /// <summary>Takes receivers' bandwidth for the next frames that have come; the result is when all are in.</summary>
    private long Admit()
    {
        var nowPs = _simulator.NowNs * Nanoseconds.Picoseconds;
        var countMax = Math.Min(_count, framesPerEvent);
        var admittedPs = 0L;
        while (_admittedCount < countMax)
        {
            ref var frame = ref _frames[(_head + _admittedCount) & (_frames.Length - 1)];
            if (frame.ArrivalPs > nowPs)
            {
                break;
            }

            _admittedCount++;
            if (frame.Epoch == from.Lanes[frame.To].ClearEpoch || !FrameArrival.IsVoidOrBlocked(RouteOf(frame), frame))
            {
                ref var freePs = ref _network.IngressFreePs[frame.To];
                freePs = Math.Max(frame.ArrivalPs, freePs + _network.FramePs + (_network.FloatPs * frame.Header.Count));
                admittedPs = Math.Max(admittedPs, freePs);
            }
        }

        return admittedPs;
    }

    private Route RouteOf(in Frame frame) => from.RouteTo(_simulator.Nodes[frame.To]);

    private void Arm(long ps) => _armed = _simulator.ScheduleAt(Nanoseconds.AtOrAfter(ps), this);

    private void Grow()
    {
        var larger = new Frame[_frames.Length * 2];
        var first = _frames.Length - _head;
        Array.Copy(_frames, _head, larger, 0, first);
        Array.Copy(_frames, 0, larger, first, _head);
        _frames = larger;
        _head = 0;
    }
}
