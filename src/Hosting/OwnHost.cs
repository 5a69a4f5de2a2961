using System.Net;
using System.Net.Sockets;

namespace Distributed.Hosting;

/// <summary>What to tell others to dial, where a process listens at all of its machine's addresses.</summary>
public static class OwnHost
{
    /// <summary>For one that others find: the machine's name, which their network has to know.</summary>
    /// <param name="advertised">What the user says; wins.</param>
    /// <returns>Null where the address that is listened at will do.</returns>
    public static string? ByName(string? advertised, IPEndPoint listen) =>
        advertised ?? (IsAny(listen) ? Dns.GetHostName() : null);

    /// <summary>For one that knows another node: the address from which this machine reaches it.</summary>
    /// <param name="advertised">What the user says; wins.</param>
    /// <param name="peer">HOST:PORT; null where it is not known yet, which gives the machine's name.</param>
    /// <returns>Null where the address that is listened at will do.</returns>
    public static string? Toward(string? peer, string? advertised, IPEndPoint listen)
    {
        if (advertised is not null || !IsAny(listen) || peer is null)
        {
            return ByName(advertised, listen);
        }

        try
        {
            var colon = peer.LastIndexOf(':');
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            // Nothing is sent: the system only chooses a way.
            socket.Connect(peer[..colon].Trim('[', ']'), int.Parse(peer.AsSpan(colon + 1)));
            var address = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }
        catch (Exception error) when (error is SocketException or FormatException or ArgumentException)
        {
            return Dns.GetHostName();
        }
    }

    private static bool IsAny(IPEndPoint listen) =>
        listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any);
}
