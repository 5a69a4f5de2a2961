namespace Distributed.Simulation;

/// <summary>What the network is like where no fault is at work.</summary>
public sealed record NetworkOptions
{
    /// <summary>From any node to any other, one way; default 200 µs.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The most that is added to the latency, drawn evenly from 0 on; default 100 µs.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Of each node, out and in; default 10 Gbit/s. Counted in whole picoseconds per byte.</summary>
    public long BandwidthBitsPerSecond { get; init; } = 10_000_000_000;

    /// <summary>
    /// Bytes on the wire per byte of floats; default 1. More lets a small model weigh as a large one.
    /// </summary>
    public double ByteScale { get; init; } = 1;

    /// <summary>Bytes of a frame besides its floats, not scaled; default 64.</summary>
    public int FrameHeaderBytes { get; init; } = 64;

    /// <summary>
    /// How long nothing comes through before a link counts as lost; default 10 s, and up to a tenth more.
    /// </summary>
    public TimeSpan LossTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a control link may take to be made; default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Frames of one sender that are delivered together, when the last of them has arrived; default 1, which is exact
    /// and keeps every pair of nodes apart. More (32, say) is for many nodes: a sender's frames then arrive in the
    /// order it sent them, whoever they are for.
    /// </summary>
    public int FramesPerEvent { get; init; } = 1;

    /// <summary>Whether the event log has a line per frame; default true.</summary>
    public bool LogsFrames { get; init; } = true;

    /// <summary>
    /// What a control message becomes on its way, such as through its bytes and back; default itself.
    /// </summary>
    public Func<object, object>? Transcode { get; init; }

    /// <summary>How the event log shows a control message; default ToString.</summary>
    public Func<object, string>? Describe { get; init; }
}
