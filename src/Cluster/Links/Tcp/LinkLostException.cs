using System.ComponentModel;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>A link has ended or cannot be made; the message is the reason in a few words.</summary>
/// <param name="reason">For people.</param>
/// <param name="isRefusal">The other side has answered, and trying again gives the same answer.</param>
internal sealed class LinkLostException(string reason, bool isRefusal = false) : Exception(reason)
{
    /// <summary>The reason of a link that ended in order, between two frames.</summary>
    internal const string CleanEnd = "closed by the other side";

    internal bool IsRefusal => isRefusal;

    /// <summary>What may come out of a socket or out of TLS when a link ends.</summary>
    internal static bool IsOfLink(Exception error) => error is LinkLostException or SocketException or IOException
        or ObjectDisposedException or AuthenticationException or InvalidOperationException or Win32Exception;

    /// <summary>The reason in a few words.</summary>
    internal static string Words(Exception error) => error switch
    {
        LinkLostException => error.Message,
        SocketException socket => Words(socket),
        IOException { InnerException: SocketException socket } => Words(socket),
        AuthenticationException => "TLS: the certificate is not of this cluster, or the other side speaks no TLS",
        IOException => $"closed by the other side ({error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')})",
        ObjectDisposedException => "closed",
        _ => error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' '),
    };

    private static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset or SocketError.Shutdown => "reset by the other side",
        SocketError.TimedOut => "time-out",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "host name not found",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown => "unreachable",
        _ => error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' '),
    };
}
