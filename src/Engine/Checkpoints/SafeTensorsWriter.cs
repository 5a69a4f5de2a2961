using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Distributed.Engine.Checkpoints;

/// <summary>Writes tensors in the <see cref="SafeTensors"/> format, in the order given.</summary>
internal static class SafeTensorsWriter
{
    internal static void Write(
        Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        stream.Write(Header(tensors, metadata));
        foreach (var tensor in tensors)
        {
            LittleEndianFloats.Send(tensor.Values, stream.Write);
        }
    }

    /// <summary>The length and the JSON, spaces included.</summary>
    private static byte[] Header(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            WriteMetadata(writer, metadata);
            long begin = 0;
            foreach (var tensor in tensors)
            {
                var end = begin + ((long)tensor.Length * sizeof(float));
                WriteEntry(writer, tensor, begin, end);
                begin = end;
            }

            writer.WriteEndObject();
        }

        const int Unit = SafeTensors.LengthBytes;
        var padded = (json.WrittenCount + Unit - 1) / Unit * Unit;
        var header = new byte[SafeTensors.LengthBytes + padded];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        json.WrittenSpan.CopyTo(header.AsSpan(SafeTensors.LengthBytes));
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(SafeTensors.MetadataName);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, NamedTensor tensor, long begin, long end)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", SafeTensors.Dtype);
        writer.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
