using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>The short way to a node of the same machine: a Unix domain socket named for the node's address.</summary>
/// <remarks>
/// Note [The short way]: bytes through a Unix domain socket cost less than half of the processors' time that they cost
/// through TCP on a loopback, and between processes of one machine that time is the kernels'. The name is abstract, so
/// it leaves no file behind, ends with its process, and is known within the network namespace of the address only: who
/// is found under it would be reached by TCP at that address too. Everything above stays the same: handshake, TLS,
/// frames, bounds. Linux only; elsewhere, and wherever nobody has the name, TCP is used.
/// Any user of the machine may take a name, so a dialler checks whose process has it, and uses TCP where it is neither
/// its own user's nor root's.
/// </remarks>
internal static partial class LocalSocket
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int NameBytesMax = 107;

    /// <summary>A listener for an address; null where there is none such.</summary>
    internal static Socket? TryListen(string address)
    {
        if (EndPointOf(address) is not { } place)
        {
            return null;
        }

        var listener = Make();
        try
        {
            listener.Bind(place);
            listener.Listen();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }

    /// <summary>A connection to the node that listens at an address, if it is on this machine; else null.</summary>
    internal static Socket? TryConnect(string address)
    {
        if (EndPointOf(address) is not { } place)
        {
            return null;
        }

        var socket = Make();
        try
        {
            socket.Blocking = false; // a listener whose queue is full must not hold us up
            socket.Connect(place);
            if (IsTrusted(socket))
            {
                return socket;
            }
        }
        catch (SocketException)
        {
            // Nobody there.
        }

        socket.Dispose();
        return null;
    }

    private static Socket Make() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static UnixDomainSocketEndPoint? EndPointOf(string address)
    {
        var name = $"\0distributed/data/{address}";
        return OperatingSystem.IsLinux() && Encoding.UTF8.GetByteCount(name) <= NameBytesMax
            ? new UnixDomainSocketEndPoint(name)
            : null;
    }

    /// <summary>Whether it is a process of this one's user, or of root, that listens.</summary>
    private static bool IsTrusted(Socket socket)
    {
        Span<int> processUserGroup = stackalloc int[3];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(processUserGroup));
        return (uint)processUserGroup[1] is var user && (user == 0 || user == EffectiveUser());
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
