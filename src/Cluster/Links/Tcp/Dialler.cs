using System.Net;
using System.Net.Sockets;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>Makes connections to other nodes.</summary>
internal static class Dialler
{
    /// <summary>
    /// Tries again where the other side hung up without a word: a listener under a flood closes who came first.
    /// </summary>
    private const int TriesMax = 8;

    /// <summary>A connection on which both sides have proved themselves.</summary>
    /// <param name="tryKeep">Takes each connection that is tried, to close it early; false to give up.</param>
    /// <remarks>Errors: those of <see cref="LinkLostException.IsOfLink"/>, with the reason, within HandshakeMax for
    /// each try.</remarks>
    internal static Wire Dial(TcpDataLink owner, string address, Func<Wire, bool> tryKeep)
    {
        if (!NodeAddress.TryParse(address, out var host, out var port))
        {
            throw new LinkLostException($"'{address}' is no address of the form HOST:PORT");
        }

        var end = new IPEndPoint(Resolve(host, owner.Options.HandshakeMax), port);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return Dial(owner, address, host, end, tryKeep);
            }
            catch (LinkLostException error) when (tries < TriesMax && !error.IsRefusal)
            {
                // Once more.
            }
        }
    }

    private static Wire Dial(
        TcpDataLink owner, string address, string host, IPEndPoint end, Func<Wire, bool> tryKeep)
    {
        var within = owner.Options.HandshakeMax;
        var local = owner.Options.UsesLocalSockets ? LocalSocket.TryConnect(address) : null;
        var wire = local is null
            ? new Wire(new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
            : Wire.Of(local);
        if (!tryKeep(wire))
        {
            wire.Close();
            throw new LinkLostException("closed", isRefusal: true);
        }

        var late = $"time-out: no handshake within {within.TotalSeconds:0.#} s";
        using var deadline = owner.Clock.CreateTimer(_ => wire.Close(late), null, within, Timeout.InfiniteTimeSpan);
        try
        {
            if (local is null)
            {
                wire.Connect(end, within);
            }

            wire.Prepare(owner.Security.IsEncrypted, owner.Options.SendBufferBytes);
            if (owner.Security.IsEncrypted)
            {
                wire.EncryptAsDialler(owner.Security, host);
            }

            Handshake.Dial(wire, owner.Security.Token, owner.Address, address);
            return wire;
        }
        catch (Exception error) when (LinkLostException.IsOfLink(error))
        {
            var reason = wire.ClosedFor;
            wire.Close();
            throw reason is null ? Translate(error) : new LinkLostException(reason, isRefusal: true);
        }
    }

    /// <summary>What is the same when tried again is a refusal.</summary>
    private static LinkLostException Translate(Exception error) => error switch
    {
        LinkLostException lost => lost,
        SocketException { SocketErrorCode: SocketError.ConnectionReset } =>
            new LinkLostException(LinkLostException.Words(error)),
        _ => new LinkLostException(LinkLostException.Words(error), isRefusal: true),
    };

    private static IPAddress Resolve(string host, TimeSpan within)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address;
        }

        var found = Dns.GetHostAddressesAsync(host);
        return Task.WaitAny([found], within) < 0
            ? throw new LinkLostException($"host name '{host}' not found within {within.TotalSeconds:0.#} s")
            : found.GetAwaiter().GetResult().OrderBy(one => one.AddressFamily).First();
    }
}
