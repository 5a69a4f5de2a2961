using System.Globalization;
using System.Net;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;

namespace Distributed.Hosting;

/// <summary>An address to listen at, and whether that is safe.</summary>
public static class ListenAddress
{
    /// <summary>Loopback, with a port that the system chooses.</summary>
    public static IPEndPoint Default => new(IPAddress.Loopback, 0);

    /// <summary>As given to an option; null gives the default.</summary>
    /// <remarks>Errors: UserErrorException where it is no HOST:PORT with a host of this machine.</remarks>
    public static IPEndPoint Parse(string option, string? text)
    {
        if (text is null)
        {
            return Default;
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text[(colon + 1)..], CultureInfo.InvariantCulture, out var port))
        {
            throw new UserErrorException(
                $"{option} {text} is no HOST:PORT: give an address of this machine, as 127.0.0.1:7000 or 0.0.0.0:7000 "
                + "(port 0 lets the system choose)");
        }

        var host = text[..colon].Trim('[', ']');
        if (host == "localhost")
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        return IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, port)
            : throw new UserErrorException(
                $"{option} {text}: '{host}' is no IP address: give one of this machine, or 0.0.0.0 for all of them");
    }

    /// <summary>Refuses to listen beyond this machine where anyone could join or listen in.</summary>
    /// <param name="hasToken">True where a token file was given: one made for this machine is known here only.</param>
    /// <remarks>Errors: UserErrorException with the reason.</remarks>
    public static void CheckSafe(
        string option, IPEndPoint address, LinkSecurity security, bool hasToken, bool isInsecureAllowed)
    {
        if (IPAddress.IsLoopback(address.Address))
        {
            return;
        }

        if (!hasToken)
        {
            throw new UserErrorException(
                $"{option} {address} can be reached from other machines, and without a token anyone there could join: "
                + "give the cluster's token with --token-file, as 'openssl rand -hex 32 > token' makes one");
        }

        if (!security.IsEncrypted && !isInsecureAllowed)
        {
            throw new UserErrorException(
                $"{option} {address} can be reached from other machines, and without TLS anyone on the way could read "
                + "and change what is sent: give --tls-cert, --tls-key and --tls-ca, or --insecure if you trust that "
                + "network");
        }
    }
}
