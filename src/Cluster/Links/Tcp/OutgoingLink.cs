namespace Distributed.Cluster.Links.Tcp;

/// <summary>The connection that this node has made to another, for its frames; the other's come over theirs.</summary>
/// <remarks>
/// Whoever sends writes to the wire himself, as long as the wire takes it and nobody else is writing: a short frame
/// costs no change of threads. What the wire does not take at once is left to the link's own thread. Only one of them
/// is the writer at a time, and no lock is held while writing. Encrypted links are written by their own thread only,
/// because TLS cannot stop half-way.
/// The queue holds no floats, and as many frames as the protocol sends before it waits for the peer: those of one
/// step, and of the transfers of one forming.
/// The other direction carries one byte per <see cref="TcpDataLinkOptions.SignEvery"/>, as a sign of life, and its
/// end tells at once that the peer's process has ended.
/// </remarks>
internal sealed class OutgoingLink
{
    private readonly object _gate = new();
    private readonly TcpDataLink _owner;
    private readonly FrameQueue _queue = new();
    private FrameWriter? _writer;
    private Wire? _wire;
    private bool _isClosed;
    private bool _isWriting; // someone is, or the link's thread is to
    private bool _isLeftToThread;
    private string? _failure;
    private volatile bool _hasHeard;
    private int _silentTicks;

    internal OutgoingLink(TcpDataLink owner, string address)
    {
        (_owner, Address) = (owner, address);
        _isWriting = true; // the thread, until the link is made
        LinkThread.Start($"data to {address}", Run);
    }

    internal string Address { get; }

    /// <summary>The highest generation of its frames. Guarded by the owner.</summary>
    internal long Generation { get; set; }

    internal void Send(in PendingFrame frame)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _queue.Add(frame);
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
            if (_wire!.IsEncrypted)
            {
                LeaveToThread();
                return;
            }
        }

        WriteHere();
    }

    internal void Close()
    {
        Wire? wire;
        lock (_gate)
        {
            _isClosed = true;
            _queue.Clear();
            wire = _wire;
            Monitor.PulseAll(_gate);
        }

        wire?.Close();
    }

    /// <summary>Time has passed: gives a sign of life where nothing else is sent, and misses the peer's.</summary>
    internal void Tick(int silentTicksMax)
    {
        lock (_gate)
        {
            if (_isClosed || _writer is null)
            {
                return;
            }

            _silentTicks = _hasHeard ? 0 : _silentTicks + 1;
            _hasHeard = false;
            if (_silentTicks > silentTicksMax)
            {
                Fail($"time-out: nothing came for {_owner.Options.SilenceMax.TotalSeconds:0.#} s");
                return;
            }

            if (_isWriting)
            {
                return;
            }
        }

        Send(new PendingFrame(new FrameHeader(FrameLayout.SignOfLife, 0, 0, -1, 0, 0, 0, 0), null, 0));
    }

    private void WriteHere()
    {
        try
        {
            if (TryWriteAll())
            {
                return;
            }

            lock (_gate)
            {
                LeaveToThread();
            }
        }
        catch (Exception error) when (LinkLostException.IsOfLink(error))
        {
            // Told by the link's thread: a receiver is never called within its own call.
            lock (_gate)
            {
                Fail(LinkLostException.Words(error));
            }
        }
    }

    private void LeaveToThread()
    {
        _isLeftToThread = true;
        Monitor.PulseAll(_gate);
    }

    private void Fail(string reason)
    {
        _failure ??= reason;
        Monitor.PulseAll(_gate);
        _wire?.Close(reason);
    }

    private void Run()
    {
        try
        {
            var wire = Dialler.Dial(_owner, Address, TryKeep);
            LinkThread.Start($"signs from {Address}", Listen);
            lock (_gate)
            {
                _writer = new FrameWriter(wire);
            }

            while (true)
            {
                while (!TryWriteAll())
                {
                    wire.WaitUntilWritable();
                }

                if (!WaitForWork())
                {
                    return;
                }
            }
        }
        catch (Exception error) when (LinkLostException.IsOfLink(error))
        {
            End(_failure ?? _wire?.ClosedFor ?? LinkLostException.Words(error));
        }
    }

    /// <summary>Makes the wire this link's, so that closing the link closes it; false if that has been.</summary>
    private bool TryKeep(Wire wire)
    {
        lock (_gate)
        {
            _wire = wire;
            return !_isClosed;
        }
    }

    /// <summary>True when everything queued is on the wire, and nobody is the writer any more.</summary>
    private bool TryWriteAll()
    {
        var writer = _writer!;
        while (true)
        {
            var frame = default(PendingFrame);
            var isBegun = false;
            lock (_gate)
            {
                if (_queue.Count > 0 && writer.HasRoom)
                {
                    frame = _queue.Take();
                    isBegun = true;
                }
                else if (_queue.Count == 0 && !writer.HasGathered && !writer.IsWithinFrame)
                {
                    _isWriting = false;
                    return true;
                }
            }

            if (isBegun)
            {
                writer.Begin(frame);
                _owner.Traffic.AddSent(frame.Header);
            }
            else if (!writer.TryWrite())
            {
                return false;
            }
        }
    }

    /// <summary>False when the link was closed by this side; throws where it has failed.</summary>
    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (!_isLeftToThread && !_isClosed && _failure is null)
            {
                Monitor.Wait(_gate);
            }

            _isLeftToThread = false;
            return _failure is null || _isClosed ? !_isClosed : throw new LinkLostException(_failure);
        }
    }

    /// <summary>Hears the peer's signs of life, and the end.</summary>
    private void Listen()
    {
        var reason = LinkLostException.CleanEnd;
        try
        {
            Span<byte> signs = stackalloc byte[64];
            while (_wire!.Read(signs) is > 0 and var count)
            {
                if (signs[..count].ContainsAnyExcept(IncomingLink.SignOfLife))
                {
                    reason = "bytes came where only signs of life may";
                    break;
                }

                _hasHeard = true;
            }
        }
        catch (Exception error) when (LinkLostException.IsOfLink(error))
        {
            reason = LinkLostException.Words(error);
        }

        lock (_gate)
        {
            Fail(reason);
        }
    }

    private void End(string reason)
    {
        bool isTold;
        lock (_gate)
        {
            isTold = !_isClosed;
            _isClosed = true;
            _queue.Clear();
            _wire?.Close();
        }

        if (isTold)
        {
            _owner.OnLost(this, reason);
        }
    }
}
