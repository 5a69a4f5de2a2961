using System.Collections.Concurrent;
using System.Net;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>A node on loopback that keeps what it is told. What a test waits for comes, or it fails late.</summary>
internal sealed class TestNode : IDataReceiver, IDisposable
{
    /// <summary>Against hanging only.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static readonly ClusterToken Token = ClusterToken.Parse("a token of some length", "test");

    /// <param name="security">The cluster's token by default.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="isOpen">Whether it takes frames from the beginning.</param>
    /// <param name="isLocal">Whether it is reached, and reaches others, over local sockets.</param>
    internal TestNode(
        LinkSecurity? security = null, TcpDataLinkOptions? options = null, bool isOpen = true, bool isLocal = false)
    {
        Link = new TcpDataLink(
            new IPEndPoint(IPAddress.Loopback, 0), null, security ?? new LinkSecurity { Token = Token },
            (options ?? new TcpDataLinkOptions()) with { UsesLocalSockets = isLocal }, Log, TimeProvider.System);
        if (isOpen)
        {
            Link.Open(this);
        }
    }

    internal TcpDataLink Link { get; }

    internal string Address => Link.Address;

    internal IPEndPoint EndPoint => IPEndPoint.Parse(Address);

    internal LineLog Log { get; } = new();

    internal BlockingCollection<(FrameHeader Header, float[] Floats)> Frames { get; } = [];

    internal BlockingCollection<(string Address, string Reason)> Losses { get; } = [];

    void IDataReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<float> floats) =>
        Frames.Add((header, floats.ToArray()));

    void IDataReceiver.OnPeerLost(string address, string reason) => Losses.Add((address, reason));

    public void Dispose() => Link.Dispose();

    internal (FrameHeader Header, float[] Floats) TakeFrame() => Take(Frames);

    internal (string Address, string Reason) TakeLoss() => Take(Losses);

    internal static T Take<T>(BlockingCollection<T> from)
    {
        Assert.True(from.TryTake(out var item, Patience), "nothing came");
        return item;
    }

    /// <summary>Keeps the lines that are logged.</summary>
    internal sealed class LineLog : ILogger
    {
        internal BlockingCollection<string> Lines { get; } = [];

        IDisposable? ILogger.BeginScope<TState>(TState state) => null;

        bool ILogger.IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
