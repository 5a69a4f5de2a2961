using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Data links in memory. The seed decides whose frame comes next; between two nodes order is kept, and sometimes the
/// last few frames come a second time, as after a link was re-established.
/// </summary>
/// <remarks>A frame's floats are read as late as the contract allows: when it is delivered.</remarks>
internal sealed class SeededNetwork(Random random)
{
    /// <summary>One frame in so many comes again.</summary>
    private const int AgainOneIn = 12;

    private readonly SortedDictionary<string, IDataReceiver> _receivers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dead = [];
    private readonly SortedDictionary<(string From, string To), Wire> _wires = [];

    internal IDataLink Attach(string address) => new Link(this, address);

    /// <summary>Frames delivered so far.</summary>
    internal long Delivered { get; private set; }

    /// <summary>Nothing is on the way any more.</summary>
    internal bool IsIdle => _wires.Values.All(wire => wire.Waiting.Count == 0);

    /// <summary>The node's process ends: nothing comes from it or arrives there any more.</summary>
    internal void Kill(string address)
    {
        _dead.Add(address);
        _receivers.Remove(address);
        Drop(wire => wire.From == address || wire.To == address);
    }

    internal void DeliverOne()
    {
        var busy = _wires.Where(wire => wire.Value.Waiting.Count > 0).ToList();
        var ((_, to), wire) = busy[random.Next(busy.Count)];
        var frame = wire.Waiting.First!.Value;
        wire.Waiting.RemoveFirst();
        wire.Arrived.Add(frame);
        if (_receivers.TryGetValue(to, out var receiver))
        {
            Delivered++;
            receiver.OnFrame(
                frame.Header, frame.Buffer is { } buffer ? buffer.Span.Slice(frame.Offset, frame.Header.Count) : []);
        }

        // The receiver may have dropped the link.
        if (_wires.TryGetValue((wire.From, to), out var still) && still == wire && random.Next(AgainOneIn) == 0)
        {
            SendAgain(wire, 1 + random.Next(3));
        }
    }

    private static void SendAgain(Wire wire, int count)
    {
        foreach (var frame in wire.Arrived.TakeLast(count).Reverse().ToList())
        {
            wire.Waiting.AddFirst(frame);
        }

        wire.Arrived.Clear();
    }

    private void Drop(Func<(string From, string To), bool> isDropped)
    {
        foreach (var key in _wires.Keys.Where(isDropped).ToList())
        {
            _wires.Remove(key);
        }
    }

    private sealed record Frame(FrameHeader Header, AlignedBuffer? Buffer, int Offset);

    private sealed class Wire(string from)
    {
        internal string From => from;

        internal LinkedList<Frame> Waiting { get; } = [];

        internal List<Frame> Arrived { get; } = [];
    }

    private sealed class Link(SeededNetwork network, string address) : IDataLink
    {
        public string Address => address;

        public void Open(IDataReceiver receiver) => network._receivers[address] = receiver;

        public void Send(string to, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0)
        {
            if (network._dead.Contains(address) || network._dead.Contains(to))
            {
                return;
            }

            if (!network._wires.TryGetValue((address, to), out var wire))
            {
                network._wires[(address, to)] = wire = new Wire(address);
            }

            wire.Waiting.AddLast(new Frame(header, buffer, offset));
        }

        // What others have sent to this node may still come: it is of an older generation.
        public void Reset() => network.Drop(wire => wire.From == address);
    }
}
