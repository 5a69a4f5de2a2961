using System.Net.Sockets;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>Who may take part in a link, and that whoever may not leaves one line and nothing else.</summary>
public sealed class HandshakeTests
{
    private static readonly FrameHeader Hello = new(FrameKind.Hello, 1, 0, 0, 0, 0, 0, 0);

    [Theory]
    [InlineData("another token, also long", "a token of some length", "wrong token", "wrong token")]
    [InlineData(null, "a token of some length", "has no token", "has no token")]
    [InlineData("a token of some length", null, "has a token", "has a token")]
    public void Link_IsRefusedWithTheReasonOnBothSides_WhenTokensDiffer(
        string? dialler, string? listener, string told, string logged)
    {
        using var from = new TestNode(Security(dialler));
        using var to = new TestNode(Security(listener));
        from.Link.Send(to.Address, Hello);
        Assert.Contains(told, from.TakeLoss().Reason, StringComparison.Ordinal);
        Assert.Contains(logged, TestNode.Take(to.Log.Lines), StringComparison.Ordinal);
        Assert.Empty(to.Log.Lines);
        Assert.Empty(to.Losses);
        Assert.Empty(to.Frames);
    }

    [Fact]
    public void Link_Works_WhenNeitherSideHasAToken()
    {
        using var from = new TestNode(LinkSecurity.None);
        using var to = new TestNode(LinkSecurity.None);
        from.Link.Send(to.Address, Hello);
        Assert.Equal(Hello, to.TakeFrame().Header);
    }

    [Fact]
    public void Listener_NamesBothVersions_WhenTheDiallersIsAnother()
    {
        using var to = new TestNode();
        using var socket = RawPeer.Connect(to);
        socket.Send("DLNK\x07\0\x01\0 and whatever version 7 says then"u8);
        var answer = new byte[8];
        Assert.Equal(8, socket.Receive(answer));
        Assert.Equal("DLNK\x01\0\x01\0"u8.ToArray(), answer);
        RawPeer.AwaitEnd(socket);
        Assert.Contains(
            "version 7 of the data link, this node 1", TestNode.Take(to.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Dialler_NamesBothVersions_WhenTheListenersIsAnother()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var from = new TestNode();
        from.Link.Send(listener.LocalEndpoint.ToString()!, Hello);
        using var socket = listener.AcceptSocket();
        socket.Send("DLNK\x07\0\x01\0"u8);
        Assert.Contains("version 7 of the data link, this node 1", from.TakeLoss().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Dialler_GivesUp_WhenTheListenerDoesNotKnowTheToken()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var from = new TestNode();
        from.Link.Send(listener.LocalEndpoint.ToString()!, Hello);
        using var socket = listener.AcceptSocket();
        socket.Send([.. "DLNK\x01\0\0\0"u8, .. new byte[32], 0, .. new byte[32]]);
        Assert.Contains(
            "does not know the cluster's token", from.TakeLoss().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Listener_TakesNoRecordedHandshake()
    {
        using var to = new TestNode();
        using var from = new TestNode();
        var recorded = Record(from, to);
        Assert.Equal(Hello, to.TakeFrame().Header);
        using var socket = RawPeer.Connect(to);
        socket.Send(recorded);
        RawPeer.AwaitEnd(socket);
        Assert.Contains("wrong token", TestNode.Take(to.Log.Lines), StringComparison.Ordinal);
        Assert.Empty(to.Frames);
    }

    [Fact]
    public void Listener_RefusesWhoLooksForAnotherNode()
    {
        using var to = new TestNode();
        using var raw = new RawPeer();
        using var socket = RawPeer.Connect(to);
        var error = Assert.Throws<LinkLostException>(
            () => Handshake.Dial(new Wire(socket), TestNode.Token, raw.Address, "127.0.0.1:1"));
        Assert.Contains("another node", error.Message, StringComparison.Ordinal);
        Assert.Contains("looks for a node at 127.0.0.1:1", TestNode.Take(to.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Listener_ClosesWhoProvesNothing_InTime()
    {
        using var to = new TestNode(options: new TcpDataLinkOptions { HandshakeMax = TimeSpan.FromMilliseconds(100) });
        using var silent = RawPeer.Connect(to);
        RawPeer.AwaitEnd(silent);
        Assert.Contains("time-out", TestNode.Take(to.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Dialler_GivesUpInTime_WhenNobodyAnswers()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var options = new TcpDataLinkOptions { HandshakeMax = TimeSpan.FromMilliseconds(100) };
        using var from = new TestNode(options: options);
        from.Link.Send(listener.LocalEndpoint.ToString()!, Hello);
        Assert.Contains("time-out", from.TakeLoss().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Listener_StillAdmitsWhoProvesItself_WhenOthersHoldAllTheRoom()
    {
        using var to = new TestNode(options: new TcpDataLinkOptions { HalfOpenMax = 8 });
        var idle = Enumerable.Range(0, 40).Select(_ => RawPeer.Connect(to)).ToList();
        using var from = new TestNode();
        from.Link.Send(to.Address, Hello);
        Assert.Equal(Hello, to.TakeFrame().Header);
        for (var i = 0; i < 32; i++)
        {
            Assert.Contains("too many others", TestNode.Take(to.Log.Lines), StringComparison.Ordinal);
        }

        idle.ForEach(socket => socket.Dispose());
    }

    private static LinkSecurity Security(string? token) =>
        new() { Token = token is null ? null : ClusterToken.Parse(token, "test") };

    /// <summary>Makes a link through a go-between, and returns all that the dialler has said.</summary>
    private static byte[] Record(TestNode from, TestNode to)
    {
        // The proof names the node that is looked for, so the go-between speaks the dialler's part by its methods.
        using var socket = RawPeer.Connect(to);
        using var pair = new TcpListener(System.Net.IPAddress.Loopback, 0);
        pair.Start();
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(pair.LocalEndpoint);
        using var far = pair.AcceptSocket();
        var said = new List<byte>();
        var dialling = OnItsOwnThread(() =>
        {
            try
            {
                Handshake.Dial(new Wire(near), TestNode.Token, from.Address, to.Address);
                var frame = new byte[FrameLayout.HeaderBytes + FrameLayout.TrailerBytes];
                FrameLayout.Write(frame, Hello, 0);
                near.Send(frame);
            }
            finally
            {
                near.Shutdown(SocketShutdown.Send);
            }
        });
        var back = OnItsOwnThread(() => Copy(socket, far, null));
        Copy(far, socket, said);
        dialling.GetAwaiter().GetResult();
        back.GetAwaiter().GetResult();
        while (to.Log.Lines.Count == 0)
        {
            Assert.Equal(from.Address, to.TakeLoss().Address);
        }

        TestNode.Take(to.Log.Lines);
        return [.. said];
    }

    /// <summary>Pool threads that block come one by one, and a listener gives a handshake so long only.</summary>
    private static Task OnItsOwnThread(Action work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Copies until one side ends, and lets the other know, which would wait for more.</summary>
    private static void Copy(Socket from, Socket to, List<byte>? said)
    {
        var bytes = new byte[4096];
        while (from.Receive(bytes) is > 0 and var count)
        {
            to.Send(bytes.AsSpan(0, count));
            said?.AddRange(bytes.AsSpan(0, count));
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
