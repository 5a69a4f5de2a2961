using System.Buffers.Binary;
using Distributed.Engine.Kernels.Checksums;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>How a frame lies on the wire: header, floats, checksum of the floats. Numbers are little-endian.</summary>
/// <remarks>
/// <code>
/// header, 64 bytes
///   0 magic "DFRM"     4 version 2 bytes    6 kind 1 byte      7 zero
///   8 generation 8    16 step 8            24 from 4          28 bucket 4
///  32 part 4          36 offset 4          40 count 4         44 zero 4
///  48 sequence 8: from 0, one more for every frame of the link, so that none is lost or comes again unseen
///  56 zero 4          60 CRC-32C of the 60 bytes before
/// floats, 4 × count bytes
/// CRC-32C of the floats, 4 bytes
/// </code>
/// </remarks>
internal static class FrameLayout
{
    internal const int HeaderBytes = 64;
    internal const int TrailerBytes = 4;

    /// <summary>Of the handshake and the frames.</summary>
    internal const ushort Version = 1;

    /// <summary>A frame that only says that its sender is alive; no receiver sees it.</summary>
    internal const FrameKind SignOfLife = (FrameKind)0xFF;

    private const uint Magic = 0x4D524644;
    private const FrameKind LastKind = FrameKind.Norms;
    private const int ChecksumAt = 60;

    internal static void Write(Span<byte> to, in FrameHeader header, long sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], Version);
        to[6] = (byte)header.Kind;
        to[7] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], header.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], header.Step);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], header.From);
        BinaryPrimitives.WriteInt32LittleEndian(to[28..], header.Bucket);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], header.Part);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], header.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(to[40..], header.Count);
        BinaryPrimitives.WriteInt32LittleEndian(to[44..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(to[56..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(to[ChecksumAt..], Crc32C.Append(0, to[..ChecksumAt]));
    }

    /// <summary>Reads a header, or says what is wrong with it. Nothing of it is used before all of it is checked.
    /// </summary>
    internal static FrameHeader Read(ReadOnlySpan<byte> from, long sequence, int floatsMax, out string? fault)
    {
        var header = new FrameHeader(
            (FrameKind)from[6], BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]), BinaryPrimitives.ReadInt32LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[28..]), BinaryPrimitives.ReadInt32LittleEndian(from[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[36..]), BinaryPrimitives.ReadInt32LittleEndian(from[40..]));
        fault = FaultOf(from) ?? FaultOf(header, floatsMax);
        var seen = BinaryPrimitives.ReadInt64LittleEndian(from[48..]);
        if (fault is null && seen != sequence)
        {
            fault = $"frame {seen} where {sequence} is due: lost, or come again";
        }

        return header;
    }

    private static string? FaultOf(ReadOnlySpan<byte> header)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
        {
            return "not the beginning of a frame";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Crc32C.Append(0, header[..ChecksumAt]))
        {
            return "wrong checksum of a header";
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (version != Version)
        {
            return $"frame of version {version} where {Version} is spoken";
        }

        return header[7] == 0 && BinaryPrimitives.ReadInt32LittleEndian(header[44..]) == 0
            && BinaryPrimitives.ReadInt32LittleEndian(header[56..]) == 0 ? null : "header with unknown contents";
    }

    private static string? FaultOf(in FrameHeader header, int floatsMax) => header switch
    {
        { Kind: > LastKind and not SignOfLife } => $"frame of unknown kind {(int)header.Kind}",
        { Count: < 0 } => $"frame of {header.Count} floats",
        { Count: var count } when count > floatsMax => $"frame of {count} floats, over the limit of {floatsMax}",
        { Kind: SignOfLife, Count: > 0 } => "sign of life with floats",
        { Offset: < 0 } => $"frame at offset {header.Offset}",
        { Offset: var offset, Count: var count } when (long)offset + count > int.MaxValue =>
            $"frame of {count} floats at offset {offset}, beyond any buffer",
        { Generation: < 0 } or { Step: < 0 } or { From: < -1 } or { Bucket: < 0 } or { Part: < 0 } =>
            "header with a negative number",
        _ => null,
    };
}
