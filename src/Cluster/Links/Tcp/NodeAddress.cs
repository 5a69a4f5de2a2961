using System.Globalization;
using System.Net;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>Where a node listens, as text: HOST:PORT, an IPv6 address in brackets.</summary>
internal static class NodeAddress
{
    /// <summary>The most bytes of one.</summary>
    internal const int BytesMax = 300;

    /// <summary>What others are told, where this node listens at a place.</summary>
    /// <param name="host">Null for the address listened at, or the machine's name if that is any address.</param>
    internal static string Of(string? host, IPEndPoint bound)
    {
        var isAny = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any);
        host ??= isAny ? Dns.GetHostName() : bound.Address.ToString();
        return host.Contains(':') && !host.StartsWith('[') ? $"[{host}]:{bound.Port}" : $"{host}:{bound.Port}";
    }

    /// <summary>False where it is none.</summary>
    internal static bool TryParse(string address, out string host, out int port)
    {
        var colon = address.LastIndexOf(':');
        host = colon > 0 ? address[..colon].Trim('[', ']') : "";
        return int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= ushort.MaxValue && host.Length > 0;
    }
}
