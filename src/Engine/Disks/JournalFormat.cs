using System.Buffers.Binary;
using System.Numerics;

namespace Distributed.Engine.Disks;

/// <summary>The bytes of a journal: a header, then records end to end.</summary>
/// <remarks>
/// A record is the payload's length in 4 bytes, a checksum in 4, the payload; numbers are little-endian. The checksum
/// is the CRC-32C of the record's offset in the file (8 bytes), the length and the payload. With the offset in it, a
/// payload that itself holds a piece of a journal is not taken for records; zeros are no record either.
/// </remarks>
internal static class JournalFormat
{
    internal const int PrefixBytes = 8;

    internal static ReadOnlySpan<byte> Header => "journal1"u8;

    internal static byte[] Record(long offset, ReadOnlySpan<byte> payload)
    {
        var record = new byte[PrefixBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(int)), Checksum(offset, payload));
        payload.CopyTo(record.AsSpan(PrefixBytes));
        return record;
    }

    /// <summary>The length of the payload whose record begins at the offset; −1 where no intact one does.</summary>
    internal static int PayloadBytes(ReadOnlySpan<byte> file, int offset)
    {
        var rest = file[offset..];
        if (rest.Length < PrefixBytes)
        {
            return -1;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length < 0 || length > Journal.RecordBytesMax || length > rest.Length - PrefixBytes)
        {
            return -1;
        }

        var seen = BinaryPrimitives.ReadUInt32LittleEndian(rest[sizeof(int)..]);
        return seen == Checksum(offset, rest.Slice(PrefixBytes, length)) ? length : -1;
    }

    /// <summary>Continues a CRC-32C, which begins with all bits set and is inverted in the end.</summary>
    internal static uint Crc32C(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    private static uint Checksum(long offset, ReadOnlySpan<byte> payload)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)offset);
        crc = BitOperations.Crc32C(crc, (uint)payload.Length);
        return ~Crc32C(crc, payload);
    }
}
