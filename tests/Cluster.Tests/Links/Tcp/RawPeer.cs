using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>A bare socket in a test's hands that can play either side of a link, well or badly.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];

    internal RawPeer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = _listener.LocalEndPoint!.ToString()!;
    }

    internal string Address { get; }

    /// <summary>Takes one connection, proves itself and then says nothing.</summary>
    internal Socket AcceptOnce(ClusterToken? token)
    {
        var socket = _listener.Accept();
        _sockets.Add(socket);
        Handshake.Accept(Wire.Of(socket), token, Address);
        return socket;
    }

    /// <summary>A connection to a node, nothing said.</summary>
    internal static Socket Connect(TestNode to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)TestNode.Patience.TotalMilliseconds,
        };
        socket.Connect(to.EndPoint);
        return socket;
    }

    /// <summary>A connection to a node on which both sides have proved themselves.</summary>
    internal Socket Dial(TestNode to)
    {
        var socket = Connect(to);
        _sockets.Add(socket);
        Handshake.Dial(new Wire(socket), TestNode.Token, Address, to.Address);
        return socket;
    }

    /// <summary>Waits until the other side has closed; whatever still comes is dropped.</summary>
    internal static void AwaitEnd(Socket socket)
    {
        var bytes = new byte[4096];
        try
        {
            while (socket.Receive(bytes) > 0)
            {
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // That is an end too.
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
    }
}
