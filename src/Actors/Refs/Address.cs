namespace Distributed.Actors;

/// <summary>Names an actor system and, where it can be reached from outside, its host and port.</summary>
public sealed class Address : IEquatable<Address>
{
    /// <summary>The protocol of references that stay within their process.</summary>
    internal const string LocalProtocol = "actors";

    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = host;
        Port = port;
    }

    public string Protocol { get; }

    public string System { get; }

    public string? Host { get; }

    public int? Port { get; }

    /// <summary>Reads <c>protocol://system</c> or <c>protocol://system@host:port</c>.</summary>
    /// <remarks>Errors: UriFormatException quoting the text.</remarks>
    public static Address Parse(string address) => TryParse(address)
        ?? throw new UriFormatException($"address: '{address}' is not protocol://system[@host:port]");

    public static bool operator ==(Address? left, Address? right) => Equals(left, right);

    public static bool operator !=(Address? left, Address? right) => !Equals(left, right);

    public bool Equals(Address? other) => other is not null
        && (Protocol, System, Host, Port) == (other.Protocol, other.System, other.Host, other.Port);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Protocol}://{System}{(Host is null ? "" : $"@{Host}")}{(Port is null ? "" : $":{Port}")}";

    internal static Address? TryParse(string address)
    {
        var schemeEnd = address.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
        {
            return null;
        }

        var rest = address[(schemeEnd + 3)..];
        var at = rest.IndexOf('@');
        var system = at < 0 ? rest : rest[..at];
        if (system.Length == 0 || system.Contains('/'))
        {
            return null;
        }

        if (at < 0)
        {
            return new Address(address[..schemeEnd], system);
        }

        var hostAndPort = rest[(at + 1)..];
        var colon = hostAndPort.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(hostAndPort[(colon + 1)..], out var port))
        {
            return null;
        }

        return new Address(address[..schemeEnd], system, hostAndPort[..colon], port);
    }
}
