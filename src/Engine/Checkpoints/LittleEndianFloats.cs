using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Distributed.Engine.Checkpoints;

/// <summary>Floats as the bytes that files and fingerprints are made of: IEEE 754 single, little-endian.</summary>
internal static class LittleEndianFloats
{
    private const int ChunkFloats = 4096;

    /// <summary>Hands the bytes of all values to the sink, in order, in as many chunks as it takes.</summary>
    internal static void Send(ReadOnlySpan<float> values, Action<ReadOnlySpan<byte>> sink)
    {
        if (BitConverter.IsLittleEndian)
        {
            for (var start = 0; start < values.Length; start += ChunkFloats * 64)
            {
                var count = Math.Min(ChunkFloats * 64, values.Length - start);
                sink(MemoryMarshal.AsBytes(values.Slice(start, count)));
            }

            return;
        }

        Span<uint> chunk = stackalloc uint[ChunkFloats];
        for (var start = 0; start < values.Length; start += ChunkFloats)
        {
            var count = Math.Min(ChunkFloats, values.Length - start);
            BinaryPrimitives.ReverseEndianness(
                MemoryMarshal.Cast<float, uint>(values.Slice(start, count)), chunk[..count]);
            sink(MemoryMarshal.AsBytes(chunk[..count]));
        }
    }

    /// <summary>Fills the values from a stream. Errors: EndOfStreamException.</summary>
    internal static void Read(Stream stream, Span<float> values)
    {
        for (var start = 0; start < values.Length; start += ChunkFloats * 64)
        {
            var chunk = values.Slice(start, Math.Min(ChunkFloats * 64, values.Length - start));
            stream.ReadExactly(MemoryMarshal.AsBytes(chunk));
            if (!BitConverter.IsLittleEndian)
            {
                var bits = MemoryMarshal.Cast<float, uint>(chunk);
                BinaryPrimitives.ReverseEndianness(bits, bits);
            }
        }
    }
}
