using System.Collections.Concurrent;
using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Training.Tests.Threads;

/// <summary>Control and data links within one process, with a real thread per node that delivers its frames.</summary>
internal sealed class MemoryNetwork : IDisposable
{
    private readonly ConcurrentDictionary<string, DataEnd> _ends = new();
    private Action<IControlConnection>? _accepted;

    internal IControlTransport Control(DataEnd owner) => new Transport(this, owner);

    internal DataEnd Data(string address) => _ends[address] = new DataEnd(this, address);

    /// <summary>The node is gone from one moment to the next; everyone who talked to it notices.</summary>
    internal void Kill(string address)
    {
        if (_ends.TryRemove(address, out var end))
        {
            end.Dispose();
            end.CutControl();
            foreach (var other in _ends.Values)
            {
                other.Post(() => other.Receiver?.OnPeerLost(address, "gone"));
            }
        }
    }

    public void Dispose()
    {
        foreach (var end in _ends.Values)
        {
            end.Dispose();
        }
    }

    internal sealed class DataEnd : IDataLink, IDisposable
    {
        private readonly BlockingCollection<Action> _work = [];
        private readonly ConcurrentBag<MemoryConnection> _connections = [];
        private readonly MemoryNetwork _network;

        internal DataEnd(MemoryNetwork network, string address)
        {
            (_network, Address) = (network, address);
            new Thread(Run) { IsBackground = true, Name = address }.Start();
        }

        public string Address { get; }

        internal IDataReceiver? Receiver { get; private set; }

        public void Open(IDataReceiver receiver) => Receiver = receiver;

        public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0)
        {
            if (_work.IsAddingCompleted)
            {
                return; // the dead say nothing
            }

            var frame = header;
            if (_network._ends.TryGetValue(address, out var end))
            {
                end.Post(() => end.Receiver?.OnFrame(
                    frame, buffer is null ? [] : buffer.Span.Slice(offset, frame.Count)));
            }
            else
            {
                Post(() => Receiver?.OnPeerLost(address, "nobody there"));
            }
        }

        public void Reset()
        {
            // What is on its way belongs to an older generation and is dropped by its receiver.
        }

        public void Dispose() => _work.CompleteAdding();

        internal void Post(Action work)
        {
            try
            {
                _work.Add(work);
            }
            catch (InvalidOperationException)
            {
                // The node is gone.
            }
        }

        internal void Own(MemoryConnection connection) => _connections.Add(connection);

        internal void CutControl()
        {
            foreach (var connection in _connections)
            {
                connection.Close();
            }
        }

        private void Run()
        {
            foreach (var work in _work.GetConsumingEnumerable())
            {
                work();
            }
        }
    }

    /// <summary>One side of a control link; what comes before it is opened waits.</summary>
    internal sealed class MemoryConnection(string peer) : IControlConnection
    {
        private readonly Lock _gate = new();
        private readonly Queue<object> _early = new();
        private Action<object>? _received;
        private Action<string>? _closed;
        private bool _isOver;

        public string Peer => peer;

        internal MemoryConnection Other { get; set; } = null!;

        public void Open(Action<object> received, Action<string> closed)
        {
            lock (_gate)
            {
                (_received, _closed) = (received, closed);
                while (_early.TryDequeue(out var message))
                {
                    received(message);
                }

                if (_isOver)
                {
                    closed("closed");
                }
            }
        }

        public void Send(object message) => Other.Take(message);

        public void Close()
        {
            lock (_gate)
            {
                _isOver = true;
            }

            Other.End();
        }

        private void Take(object message)
        {
            lock (_gate)
            {
                if (_isOver)
                {
                    return;
                }

                if (_received is null)
                {
                    _early.Enqueue(message);
                }
                else
                {
                    _received(message);
                }
            }
        }

        private void End()
        {
            lock (_gate)
            {
                if (!_isOver)
                {
                    _isOver = true;
                    _closed?.Invoke("closed by the other side");
                }
            }
        }
    }

    private sealed class Transport(MemoryNetwork network, DataEnd owner) : IControlTransport
    {
        public void Listen(Action<IControlConnection> accepted) => network._accepted = accepted;

        public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed)
        {
            if (network._accepted is not { } accepted || !network._ends.ContainsKey(owner.Address))
            {
                failed(new DialFailure("nobody listens, or the caller is dead"));
                return;
            }

            var (near, far) = (new MemoryConnection(address), new MemoryConnection(owner.Address));
            (near.Other, far.Other) = (far, near);
            owner.Own(near);
            accepted(far);
            connected(near);
        }
    }
}
