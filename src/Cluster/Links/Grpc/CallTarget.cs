using System.Net.Sockets;
using System.Security.Authentication;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>Whom a client calls, and over what.</summary>
/// <param name="Address">HOST:PORT.</param>
/// <param name="Root">The same as the beginning of all calls' addresses.</param>
/// <param name="Http">Its connections.</param>
/// <param name="MessageBytesMax">Of a message that comes in.</param>
/// <param name="Clock">For deadlines.</param>
internal sealed record CallTarget(
    string Address, Uri Root, HttpMessageInvoker Http, int MessageBytesMax, TimeProvider Clock)
{
    /// <summary>What went wrong with a connection, in one line for the user.</summary>
    internal Exception Describe(Exception error)
    {
        if (error is ControlException)
        {
            return error;
        }

        if (Find<AuthenticationException>(error) is { } tls)
        {
            return new ControlException(
                ControlStatus.Unauthenticated,
                $"coordinator {Address}: TLS failed, {Line(tls)}: both sides need --tls-cert, --tls-key and "
                + "--tls-ca with certificates of one authority");
        }

        if (Find<SocketException>(error) is { } socket)
        {
            return new ControlException(
                ControlStatus.Unavailable,
                $"coordinator {Address} cannot be reached: {Line(socket)}: check the address, and that a coordinator "
                + "runs there");
        }

        return new ControlException(
            ControlStatus.Unavailable,
            $"the connection to coordinator {Address} broke: {Line(error.GetBaseException())}: does it run, and do "
            + "both sides use TLS, or neither?");
    }

    private static string Line(Exception error) => error.Message.ReplaceLineEndings(" ").TrimEnd('.');

    private static T? Find<T>(Exception error)
        where T : Exception
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is T found)
            {
                return found;
            }
        }

        return null;
    }
}
