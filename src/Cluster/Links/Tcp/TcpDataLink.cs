using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;
using Distributed.Engine.Memory;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>
/// Data links over TCP, or over a <see cref="LocalSocket"/> between nodes of one machine: frames of floats, checked, in
/// order or not at all.
/// </summary>
/// <remarks>
/// Note [A connection for each direction]: a node sends over connections that it has made, and takes frames from those
/// that others have made. So two nodes that dial each other at once need no agreement on which connection stays, and
/// reading never waits for writing. Price: two connections for a pair of nodes.
/// Note [A generation loses a peer once]: when either connection with a peer is lost, the other one of the same
/// generation is closed too, the receiver is told once, and further frames of that generation to that peer are dropped:
/// a frame after a gap must not arrive. A frame of a newer generation, or the first one after
/// <see cref="Reset"/> or <see cref="Renew"/>, makes a new link. The end of a connection whose frames are older than
/// the newest generation that went through here concerns nobody.
/// Threads: three for a pair of links, which wait nearly always. OnFrame comes on the thread of the link that it came
/// over, in order; OnPeerLost on any of them, never within a call of this class.
/// Memory: a frame of the largest size seen for each incoming link, about 128 KiB for each outgoing one.
/// </remarks>
public sealed class TcpDataLink : IDataLink, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Peer> _peers = [];
    private readonly ManualResetEventSlim _opened = new(false);
    private readonly ManualResetEventSlim _ended = new(false);
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly Socket? _localListener;
    private volatile IDataReceiver? _receiver;
    private long _newest = long.MinValue;
    private volatile bool _isDisposed;

    /// <param name="listen">Where; port 0 is the system's choice.</param>
    /// <param name="advertisedHost">What others call this host; null for the address listened at.</param>
    /// <param name="security">Who may take part.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="logger">One line for every connection that ends.</param>
    /// <param name="clock">For the time that a handshake may take.</param>
    /// <remarks>Errors: UserErrorException where it cannot listen there.</remarks>
    public TcpDataLink(
        IPEndPoint listen, string? advertisedHost, LinkSecurity security, TcpDataLinkOptions options, ILogger logger,
        TimeProvider clock)
    {
        options.Validate();
        (Security, Options, Clock, _logger) = (security, options, clock, logger);
        HalfOpen = new HalfOpenWires(options.HalfOpenMax);
        _listener = Listen(listen);
        var bound = (IPEndPoint)_listener.LocalEndPoint!;
        Address = NodeAddress.Of(advertisedHost, bound);
        LinkThread.Start($"data links at {Address}", () => AcceptAll(_listener));
        // Who is to be dialled elsewhere than where it listens has something in between.
        var isDialledHere = Address == NodeAddress.Of(null, bound);
        _localListener = options.UsesLocalSockets && isDialledHere ? LocalSocket.TryListen(Address) : null;
        if (_localListener is { } local)
        {
            LinkThread.Start($"local data links at {Address}", () => AcceptAll(local));
        }

        LinkThread.Start($"signs of {Address}", Watch);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <summary>What has gone over its links.</summary>
    public LinkTraffic Traffic { get; } = new();

    internal LinkSecurity Security { get; }

    internal TcpDataLinkOptions Options { get; }

    internal TimeProvider Clock { get; }

    internal HalfOpenWires HalfOpen { get; }

    internal ReceiveBuffers Buffers { get; } = new();

    /// <summary>Starts delivery; called again, the new receiver takes the old one's place.</summary>
    public void Open(IDataReceiver receiver)
    {
        _receiver = receiver;
        _opened.Set();
    }

    /// <summary>Queues one frame, or sends it at once where the network takes it at once.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException for floats that are not in the buffer, or too many for a frame.
    /// What is wrong with the peer is told by OnPeerLost.</remarks>
    public void Send(string address, in FrameHeader header, AlignedBuffer? buffer = null, int offset = 0)
    {
        if (offset < 0 || header.Count < 0 || (long)offset + header.Count > (buffer?.Length ?? 0))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset,
                $"send: {header.Count} floats from {offset} on are not in a buffer of {buffer?.Length ?? 0}");
        }

        if (header.Count > Options.FrameFloatsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(header), header.Count,
                $"send: a frame of {header.Count} floats, over the limit of {Options.FrameFloatsMax}: cut it");
        }

        LinkFor(address, header.Generation)?.Send(new PendingFrame(header, buffer, offset));
    }

    /// <inheritdoc/>
    public void Reset()
    {
        List<Peer> dropped;
        lock (_gate)
        {
            dropped = [.. _peers.Values];
            _peers.Clear();
            _newest = long.MinValue;
        }

        foreach (var peer in dropped)
        {
            peer.Outgoing?.Close();
            peer.Incoming?.Close();
        }
    }

    /// <inheritdoc/>
    public void Renew(string address)
    {
        lock (_gate)
        {
            if (_peers.TryGetValue(address, out var peer))
            {
                peer.LostGeneration = long.MinValue;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _ended.Set();
        _opened.Set();
        _listener.Dispose();
        _localListener?.Dispose();
        HalfOpen.CloseAll();
        Reset();
    }

    /// <summary>Makes a proven connection the peer's link; else the result says why not.</summary>
    internal string? TryAdmit(IncomingLink link)
    {
        IncomingLink? former;
        bool isFormerTold;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return "closed";
            }

            if (!_peers.TryGetValue(link.Address, out var peer))
            {
                if (_peers.Count >= Options.PeersMax && !TryForgetOne())
                {
                    return $"links to {Options.PeersMax} nodes are open already";
                }

                _peers.Add(link.Address, peer = new Peer());
            }

            former = peer.Incoming;
            isFormerTold = former is not null && former.Generation >= _newest;
            peer.Incoming = link;
        }

        former?.Close();
        if (isFormerTold)
        {
            Tell(link.Address, former!.Generation!.Value, "it has made a new link in place of the one before");
        }

        _opened.Wait();
        return null;
    }

    /// <summary>Hands a frame to the receiver.</summary>
    /// <remarks>Errors: LinkLostException where the receiver cannot take it, so that it ends that link only.</remarks>
    internal void Deliver(IncomingLink link, in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (link.Generation is not { } known || header.Generation > known)
        {
            lock (_gate)
            {
                link.Generation = header.Generation;
                _newest = Math.Max(_newest, header.Generation);
            }
        }

        try
        {
            _receiver?.OnFrame(header, floats);
        }
        catch (Exception error)
        {
            throw new LinkLostException(
                $"a frame ({header.Kind}, step {header.Step}) that cannot be taken: {LinkLostException.Words(error)}");
        }
    }

    internal void OnLost(OutgoingLink link, string reason)
    {
        IncomingLink? other = null;
        lock (_gate)
        {
            if (!_peers.TryGetValue(link.Address, out var peer) || peer.Outgoing != link)
            {
                return;
            }

            peer.Outgoing = null;
            peer.LostGeneration = Math.Max(peer.LostGeneration, link.Generation);
            if (peer.Incoming?.Generation <= link.Generation)
            {
                (other, peer.Incoming) = (peer.Incoming, null);
            }
        }

        other?.Close();
        Tell(link.Address, link.Generation, reason);
    }

    /// <summary>An incoming connection has ended by itself.</summary>
    internal void OnLost(IncomingLink link, string remote, string reason)
    {
        OutgoingLink? other = null;
        var isTold = false;
        lock (_gate)
        {
            if (_peers.TryGetValue(link.Address, out var peer) && peer.Incoming == link)
            {
                peer.Incoming = null;
                isTold = link.Generation >= _newest;
                if (link.Generation is { } generation)
                {
                    peer.LostGeneration = Math.Max(peer.LostGeneration, generation);
                }

                if (peer.Outgoing?.Generation <= link.Generation)
                {
                    (other, peer.Outgoing) = (peer.Outgoing, null);
                }
            }
        }

        other?.Close();
        if (isTold)
        {
            Tell(link.Address, link.Generation!.Value, reason);
        }
        else if (!_isDisposed && link.Address.Length > 0 && reason == LinkLostException.CleanEnd)
        {
            _logger.Ended(link.Address);
        }
        else if (!_isDisposed)
        {
            _logger.Refused(link.Address.Length > 0 ? $"{remote} ({link.Address})" : remote, reason);
        }
    }

    private static Socket Listen(IPEndPoint at)
    {
        var listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(at);
            listener.Listen();
            return listener;
        }
        catch (SocketException error)
        {
            listener.Dispose();
            throw new UserErrorException(error.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"data link: {at} is in use by another program: choose another port, or 0 for a free one"
                : $"data link: cannot listen at {at}: {LinkLostException.Words(error)}; give one of this machine");
        }
    }

    /// <summary>The link that frames of a generation go over; null where it was lost already.</summary>
    private OutgoingLink? LinkFor(string address, long generation)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return null;
            }

            if (!_peers.TryGetValue(address, out var peer))
            {
                _peers.Add(address, peer = new Peer());
            }

            if (generation <= peer.LostGeneration)
            {
                return null;
            }

            var link = peer.Outgoing ??= new OutgoingLink(this, address) { Generation = generation };
            link.Generation = Math.Max(link.Generation, generation);
            _newest = Math.Max(_newest, generation);
            return link;
        }
    }

    /// <summary>Forgets a node that has no link any more; false where there is none such.</summary>
    private bool TryForgetOne()
    {
        var gone = _peers.FirstOrDefault(peer => peer.Value is { Outgoing: null, Incoming: null }).Key;
        return gone is not null && _peers.Remove(gone);
    }

    private void Tell(string address, long generation, string reason)
    {
        if (!_isDisposed)
        {
            Traffic.AddLost();
            if (reason == LinkLostException.CleanEnd)
            {
                _logger.Ended(address);
            }
            else
            {
                _logger.Lost(address, reason);
            }

            _receiver?.OnPeerLost(address, generation, reason);
        }
    }

    private void AcceptAll(Socket listener)
    {
        while (!_isDisposed)
        {
            try
            {
                var wire = Wire.Of(listener.Accept());
                HalfOpen.Add(wire);
                LinkThread.Start($"data from {wire.Remote}", new IncomingLink(this, wire).Run);
            }
            catch (Exception error) when (LinkLostException.IsOfLink(error))
            {
                if (!_isDisposed)
                {
                    _logger.CannotAccept(LinkLostException.Words(error));
                    _ended.Wait(TimeSpan.FromMilliseconds(50)); // out of handles, say
                }
            }
        }
    }

    private void Watch()
    {
        var silentTicksMax = (int)Math.Ceiling(Options.SilenceMax / Options.SignEvery);
        while (!_ended.Wait(Options.SignEvery))
        {
            List<Peer> peers;
            lock (_gate)
            {
                peers = [.. _peers.Values];
            }

            foreach (var peer in peers)
            {
                peer.Outgoing?.Tick(silentTicksMax);
                peer.Incoming?.Tick(silentTicksMax);
            }
        }
    }

    /// <summary>Both links with another node.</summary>
    private sealed class Peer
    {
        internal OutgoingLink? Outgoing { get; set; }

        internal IncomingLink? Incoming { get; set; }

        /// <summary>Frames of this generation and older ones go to the peer no more.</summary>
        internal long LostGeneration { get; set; } = long.MinValue;
    }
}
