namespace Distributed.Cluster.Links.Tcp;

/// <summary>What has gone over a node's data links since it was started, for whoever measures.</summary>
/// <remarks>
/// Units: bytes as they lie on the wire, headers and checksums included; signs of life and handshakes are not counted,
/// nor what TLS adds. Safe for threads: two interlocked additions for a frame, beside the system call that carries it.
/// </remarks>
public sealed class LinkTraffic
{
    private long _framesSent;
    private long _framesReceived;
    private long _bytesSent;
    private long _bytesReceived;
    private long _linksLost;

    public long FramesSent => Interlocked.Read(ref _framesSent);

    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Links that ended by themselves, as the receiver was told.</summary>
    public long LinksLost => Interlocked.Read(ref _linksLost);

    internal void AddSent(in FrameHeader header) => Add(ref _framesSent, ref _bytesSent, header);

    internal void AddReceived(in FrameHeader header) => Add(ref _framesReceived, ref _bytesReceived, header);

    internal void AddLost() => Interlocked.Increment(ref _linksLost);

    private static void Add(ref long frames, ref long bytes, in FrameHeader header)
    {
        if (header.Kind != FrameLayout.SignOfLife)
        {
            Interlocked.Increment(ref frames);
            Interlocked.Add(
                ref bytes, FrameLayout.HeaderBytes + ((long)header.Count * sizeof(float)) + FrameLayout.TrailerBytes);
        }
    }
}
