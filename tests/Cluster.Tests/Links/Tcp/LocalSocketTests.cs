using System.Net.Sockets;
using System.Runtime.InteropServices;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;

namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>Which way nodes of one machine take to each other.</summary>
public sealed class LocalSocketTests
{
    private const int Nobody = 65534;

    [Fact]
    public void Node_IsReachedOverItsLocalSocket_AsLongAsItLives()
    {
        var node = new TestNode(isLocal: true);
        using (var socket = LocalSocket.TryConnect(node.Address))
        {
            Assert.Equal(OperatingSystem.IsLinux(), socket is not null);
            Assert.NotEqual(AddressFamily.InterNetwork, socket?.AddressFamily);
        }

        node.Dispose();
        Assert.Null(LocalSocket.TryConnect(node.Address));
    }

    /// <summary>Two clusters of one machine have ports of their own, hence names of their own.</summary>
    [Fact]
    public void Names_AreThoseOfAddresses_AndTakenOnce()
    {
        using var node = new TestNode(isLocal: true);
        Assert.Null(LocalSocket.TryListen(node.Address));
        Assert.Null(LocalSocket.TryConnect(node.Address + "0"));
        Assert.Null(LocalSocket.TryListen(new string('a', 200) + ":1"));
    }

    [Fact]
    public void Node_HasNoLocalSocket_WhereOthersAreToDialElsewhere()
    {
        using var link = new TcpDataLink(
            new(System.Net.IPAddress.Loopback, 0), "127.0.0.2", Security.LinkSecurity.None, new TcpDataLinkOptions(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);
        Assert.StartsWith("127.0.0.2:", link.Address, StringComparison.Ordinal);
        Assert.Null(LocalSocket.TryConnect(link.Address));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Frames_GoOverTcp_WhereOneSideHasNoLocalSocket(bool isSenderLocal, bool isReceiverLocal)
    {
        using var from = new TestNode(isLocal: isSenderLocal);
        using var to = new TestNode(isLocal: isReceiverLocal);
        var hello = new FrameHeader(FrameKind.Hello, 1, 0, 0, 0, 0, 0, 0);
        from.Link.Send(to.Address, hello);
        Assert.Equal(hello, to.TakeFrame().Header);
    }

    /// <summary>
    /// Anyone may take a name. The listener here is made by a thread that is another user for the time; only root can.
    /// </summary>
    [LinuxRootFact]
    public void Dialler_UsesNoSocketOfAnotherUser()
    {
        using var theirs = ListenAs(Nobody, "127.0.0.1:7");
        using var ours = LocalSocket.TryListen("127.0.0.1:8");
        Assert.Null(LocalSocket.TryConnect("127.0.0.1:7"));
        using var trusted = LocalSocket.TryConnect("127.0.0.1:8");
        Assert.NotNull(trusted);
    }

    private static Socket ListenAs(int user, string address)
    {
        Socket? listener = null;
        var thread = new Thread(() =>
        {
            Assert.Equal(0, SetUser(SetUserCall, -1, user, -1));
            listener = LocalSocket.TryListen(address);
            Assert.Equal(0, SetUser(SetUserCall, -1, 0, -1));
        });
        thread.Start();
        thread.Join();
        return listener!;
    }

    /// <summary>setresuid; the system call, unlike the library's, changes the calling thread alone.</summary>
    private static long SetUserCall => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117;

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetUser(long call, int real, int effective, int saved);
}
