namespace Distributed.Cluster.Links.Tcp;

/// <summary>Bounds of the data links.</summary>
public sealed record TcpDataLinkOptions
{
    /// <summary>The most floats of one frame; 1 to 2²⁸, default 2²² (16 MiB). A sender cuts longer ranges.</summary>
    /// <remarks>Every incoming link may hold that much memory, once a frame of that size has come over it.</remarks>
    public int FrameFloatsMax { get; init; } = 1 << 22;

    /// <summary>
    /// Within which a connection is made and both sides have proved themselves; default 5 s.
    /// </summary>
    public TimeSpan HandshakeMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Connections that have not proved themselves yet, default 64; one more, and the oldest of them is closed.
    /// </summary>
    public int HalfOpenMax { get; init; } = 64;

    /// <summary>Nodes that may have a link to this one at the same time; default 4096.</summary>
    public int PeersMax { get; init; } = 4096;

    /// <summary>Between two signs of life on a link that has nothing else to carry; default 0.5 s.</summary>
    public TimeSpan SignEvery { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The longest silence of a peer before its link is given up, counted in whole <see cref="SignEvery"/> that this
    /// process was awake for; default 2.5 s.
    /// </summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// What the system keeps of a link's frames before the sender waits; 4 KiB to 64 MiB, default 256 KiB.
    /// </summary>
    /// <remarks>
    /// More than the system's own choice would only help links that are both long and fast; less keeps what is on its
    /// way in the cache, which on loopback is worth a third of the time.
    /// </remarks>
    public int SendBufferBytes { get; init; } = 256 << 10;

    /// <summary>
    /// Whether nodes of one machine talk to each other over Unix domain sockets, where the system has them; default
    /// true.
    /// </summary>
    public bool UsesLocalSockets { get; init; } = true;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FrameFloatsMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FrameFloatsMax, 1 << 28);
        ArgumentOutOfRangeException.ThrowIfLessThan(SendBufferBytes, 4 << 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SendBufferBytes, 64 << 20);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(HalfOpenMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PeersMax);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandshakeMax, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SignEvery, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SilenceMax, SignEvery);
    }
}
