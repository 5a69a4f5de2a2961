namespace Distributed.Cluster.Links.Grpc;

/// <summary>Bounds of the control link's client.</summary>
public sealed record ControlClientOptions
{
    /// <summary>The most bytes of one message; default 16 MiB.</summary>
    public int MessageBytesMax { get; init; } = 16 << 20;

    /// <summary>For a connection, TLS included; default 5 s.</summary>
    public TimeSpan ConnectBound { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For calls that are answered at once, and for a link's welcome; default 10 s.</summary>
    public TimeSpan CallBound { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For submitting, stopping and saving, which may load data or write much; default 5 min.</summary>
    public TimeSpan LongCallBound { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// While a call is under way a connection that was silent for so long is asked for a sign of life, and given up
    /// when none comes for as long again. Default 5 s.
    /// </summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most messages, and bytes, that wait to be sent on one link; default 4096 and 64 MiB.</summary>
    public LinkQueueBounds Queue { get; init; } = new();
}
