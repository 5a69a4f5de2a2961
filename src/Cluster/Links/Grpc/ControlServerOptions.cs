namespace Distributed.Cluster.Links.Grpc;

/// <summary>Bounds of the control link's server.</summary>
public sealed record ControlServerOptions
{
    /// <summary>The most bytes of one message; default 16 MiB.</summary>
    public int MessageBytesMax { get; init; } = 16 << 20;

    /// <summary>The most connections at once; further ones are closed. Default 1024.</summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>The most calls at once on one connection; default 64.</summary>
    public int StreamsPerConnectionMax { get; init; } = 64;

    /// <summary>The most bytes of one call's headers; default 16 KiB.</summary>
    public int HeaderBytesMax { get; init; } = 16 << 10;

    /// <summary>How long a connection may be open without a whole request, or a link without a hello; default 10 s.
    /// </summary>
    public TimeSpan OpeningBound { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an authentication is good for; default 30 s.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most authentications that wait for their call; the oldest goes. Default 4096.</summary>
    public int SessionsMax { get; init; } = 4096;

    /// <summary>The most messages, and bytes, that wait to be sent on one link; default 4096 and 64 MiB.</summary>
    public LinkQueueBounds Queue { get; init; } = new();
}
