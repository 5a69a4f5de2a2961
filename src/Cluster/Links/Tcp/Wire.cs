using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>One connection, in clear or encrypted.</summary>
/// <remarks>
/// Only calls that block, or would, are used: what .NET starts asynchronously passes a thread of its own on every
/// arrival, which costs more than a short frame. One thread may read while another writes; any may close.
/// </remarks>
internal sealed class Wire : IDisposable
{
    /// <summary>What a side that is refused may still have sent.</summary>
    private const int PoliteBytes = 4096;

    /// <summary>How long its end is waited for.</summary>
    private const int PoliteMilliseconds = 250;

    private readonly Socket _socket;
    private SslStream? _secure;
    private bool _isEager;
    private int _isClosed;

    internal Wire(Socket socket)
    {
        _socket = socket;
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.NoDelay = true;
        }
    }

    /// <summary>The other side's end of the connection, for people.</summary>
    internal string Remote { get; private set; } = "?";

    internal bool IsEncrypted => _secure is not null;

    /// <summary>Why this side closed it, where it did so for a reason.</summary>
    internal string? ClosedFor { get; private set; }

    /// <summary>A connection that is there already.</summary>
    internal static Wire Of(Socket socket)
    {
        var wire = new Wire(socket);
        wire.Remote = socket.RemoteEndPoint is IPEndPoint remote ? remote.ToString() : "this machine";
        return wire;
    }

    /// <summary>Connects, or throws within the time given.</summary>
    internal void Connect(IPEndPoint to, TimeSpan within)
    {
        Remote = to.ToString();
        _socket.Blocking = false;
        try
        {
            _socket.Connect(to);
        }
        catch (SocketException error) when (error.SocketErrorCode
            is SocketError.WouldBlock or SocketError.InProgress or SocketError.AlreadyInProgress)
        {
            if (!_socket.Poll(within, SelectMode.SelectWrite))
            {
                throw new LinkLostException($"no answer within {within.TotalSeconds:0.#} s", isRefusal: true);
            }

            var outcome = (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (outcome != 0)
            {
                throw new SocketException(outcome);
            }
        }
    }

    /// <summary>Before the first byte of the side that connected. In clear, writing is eager from then on.</summary>
    /// <remarks>
    /// A socket that did not block once never blocks again in the system: .NET would play blocking with threads of its
    /// own. So a connection in clear stays as it is, and waits by polling; only TLS, which cannot, takes that price.
    /// </remarks>
    internal void Prepare(bool isEncrypted, int sendBufferBytes)
    {
        _socket.SendBufferSize = sendBufferBytes;
        _isEager = !isEncrypted;
        _socket.Blocking = isEncrypted;
    }

    internal void EncryptAsDialler(LinkSecurity security, string host)
    {
        _secure = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        _secure.AuthenticateAsClient(security.ClientOptions(host));
    }

    internal void EncryptAsListener(LinkSecurity security)
    {
        _secure = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        _secure.AuthenticateAsServer(security.ServerOptions());
    }

    /// <summary>Waits for bytes; 0 at the end.</summary>
    internal int Read(Span<byte> to)
    {
        if (_secure is not null)
        {
            return _secure.Read(to);
        }

        while (true)
        {
            if (_isEager)
            {
                _socket.Poll(-1, SelectMode.SelectRead);
            }

            var count = _socket.Receive(to, SocketFlags.None, out var error);
            switch (error)
            {
                case SocketError.Success:
                    return count;
                case SocketError.WouldBlock or SocketError.Interrupted:
                    break;
                default:
                    throw new SocketException((int)error);
            }
        }
    }

    internal void ReadExactly(Span<byte> to)
    {
        for (var count = 0; count < to.Length;)
        {
            var read = Read(to[count..]);
            count += read > 0 ? read : throw new LinkLostException(LinkLostException.CleanEnd);
        }
    }

    /// <summary>Writes all of it, however long that takes.</summary>
    internal void WriteExactly(ReadOnlySpan<byte> from)
    {
        for (from = from[Write(from)..]; from.Length > 0; from = from[Write(from)..])
        {
            WaitUntilWritable();
        }
    }

    /// <summary>Writes and says how much; less than all, perhaps 0, only where it is eager.</summary>
    internal int Write(ReadOnlySpan<byte> from)
    {
        if (_secure is not null)
        {
            _secure.Write(from);
            return from.Length;
        }

        var written = 0;
        while (written < from.Length)
        {
            var count = _socket.Send(from[written..], SocketFlags.None, out var error);
            written += count;
            if (error == SocketError.WouldBlock || (error == SocketError.Success && _isEager))
            {
                break;
            }

            if (error is not (SocketError.Success or SocketError.Interrupted))
            {
                throw new SocketException((int)error);
            }
        }

        return written;
    }

    /// <summary>Writes one byte that may be left out where the other side reads nothing.</summary>
    internal void TryWrite(byte sign)
    {
        if (_socket.Poll(0, SelectMode.SelectWrite))
        {
            Write([sign]);
        }
    }

    internal void WaitUntilWritable() => _socket.Poll(-1, SelectMode.SelectWrite);

    /// <summary>Sends the end and takes what still comes, so that the last words arrive before the end does.</summary>
    internal void EndPolitely()
    {
        Span<byte> rest = stackalloc byte[512];
        try
        {
            _socket.ReceiveTimeout = PoliteMilliseconds;
            _socket.Shutdown(SocketShutdown.Send);
            for (var bytes = 0; bytes < PoliteBytes && _socket.Receive(rest) is > 0 and var count; bytes += count)
            {
            }
        }
        catch (Exception error) when (LinkLostException.IsOfLink(error))
        {
            // The other side did not wait for the end.
        }
    }

    /// <summary>Closes at once. Whoever reads or writes at the time is thrown out.</summary>
    internal void Close(string? reason = null)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        ClosedFor = reason;
        try
        {
            _socket.Shutdown(SocketShutdown.Both); // wakes whoever waits; closing alone would not
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was not connected any more.
        }

        _socket.Dispose();
    }

    public void Dispose() => Close();
}
