using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Links;

/// <summary>Sends parts of a state to a node of a forming generation, in frames of bounded size.</summary>
public static class DataLinkTransfers
{
    /// <summary>Floats per frame, 1 MiB.</summary>
    private const int FrameFloats = 1 << 18;

    /// <summary>Sends a range of a buffer that spans the model.</summary>
    /// <param name="slot">Which slot of optimizer state; 0 for weights.</param>
    public static void SendRange(
        this IDataLink link, string address, FrameKind kind, Form form, int slot, FlatRange range, AlignedBuffer source)
    {
        for (var offset = range.Offset; offset < range.End; offset += FrameFloats)
        {
            var count = Math.Min(FrameFloats, range.End - offset);
            var header = new FrameHeader(
                kind, form.Generation, form.Cursor.Step, form.Rank, 0, slot, offset, count);
            link.Send(address, header, source, offset);
        }
    }
}
