using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links;

/// <summary>Sends parts of a state in frames of bounded size.</summary>
public static class DataLinkTransfers
{
    /// <summary>Floats per frame, 1 MiB.</summary>
    private const int FrameFloats = 1 << 18;

    /// <summary>Sends a range of the flat buffer.</summary>
    /// <param name="header">Of every frame; offset and count are filled in.</param>
    /// <param name="source">Holds the range.</param>
    /// <param name="sourceStart">The place in the flat buffer of the source's first float.</param>
    public static void SendRange(
        this IDataLink link, string address, FrameHeader header, FlatRange range, AlignedBuffer source,
        int sourceStart = 0)
    {
        for (var offset = range.Offset; offset < range.End; offset += FrameFloats)
        {
            var count = Math.Min(FrameFloats, range.End - offset);
            link.Send(address, header with { Offset = offset, Count = count }, source, offset - sourceStart);
        }
    }
}
