using System.Collections.Immutable;
using System.Text.Json;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Checkpoints;

/// <summary>Takes the JSON header of a <see cref="SafeTensors"/> file apart, and believes none of it.</summary>
/// <remarks>Errors: UserErrorException in one line naming the file, the tensor or byte offset, and the fault.</remarks>
internal sealed class SafeTensorsHeader
{
    private readonly string _path;

    /// <param name="json">The header, padding included.</param>
    /// <param name="dataBytes">What follows the header in the file.</param>
    internal SafeTensorsHeader(string path, ReadOnlyMemory<byte> json, long dataBytes)
    {
        _path = path;
        Entries = Parse(json);
        CheckThatTheyTile(dataBytes, SafeTensors.LengthBytes + (long)json.Length);
    }

    /// <summary>In the order of their bytes.</summary>
    internal ImmutableArray<SafeTensorsEntry> Entries { get; }

    internal Dictionary<string, string> Metadata { get; } = [];

    private ImmutableArray<SafeTensorsEntry> Parse(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty || json.Span[0] != (byte)'{')
        {
            throw Damaged($"the header at offset {SafeTensors.LengthBytes} does not begin with '{{'");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var entries = new Dictionary<string, SafeTensorsEntry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == SafeTensors.MetadataName)
                {
                    ParseMetadata(property.Value);
                }
                else if (!entries.TryAdd(property.Name, ParseEntry(property.Name, property.Value)))
                {
                    throw Damaged($"two tensors are named '{property.Name}'");
                }
            }

            return [.. entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
        }
        catch (JsonException error)
        {
            var offset = SafeTensors.LengthBytes + (error.BytePositionInLine ?? 0);
            throw Damaged($"the header is not JSON at offset {offset}");
        }
        catch (InvalidOperationException)
        {
            throw Damaged("the header holds a string that is no Unicode");
        }
    }

    private void ParseMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object
            || value.EnumerateObject().Any(pair => pair.Value.ValueKind != JsonValueKind.String))
        {
            throw Damaged($"{SafeTensors.MetadataName} is not an object of strings");
        }

        foreach (var pair in value.EnumerateObject())
        {
            if (!Metadata.TryAdd(pair.Name, pair.Value.GetString()!))
            {
                throw Damaged($"{SafeTensors.MetadataName} has '{pair.Name}' twice");
            }
        }
    }

    private SafeTensorsEntry ParseEntry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object
            || value.GetPropertyCount() != 3
            || !value.TryGetProperty("dtype", out var dtype)
            || !value.TryGetProperty("shape", out var shapes)
            || !value.TryGetProperty("data_offsets", out var offsets))
        {
            throw Damaged($"tensor '{name}' needs dtype, shape and data_offsets, once each and no more");
        }

        if (dtype.ValueKind != JsonValueKind.String || dtype.GetString() != SafeTensors.Dtype)
        {
            throw Damaged($"tensor '{name}' has dtype {dtype.GetRawText()}, needed is \"{SafeTensors.Dtype}\"");
        }

        var shape = Numbers(shapes) ?? throw Damaged($"tensor '{name}' has no shape: {shapes.GetRawText()}");
        var range = Numbers(offsets);
        if (range is not [var begin, var end] || begin > end)
        {
            throw Damaged($"tensor '{name}' has no data_offsets: {offsets.GetRawText()}");
        }

        var bytes = Bytes(shape);
        return bytes == end - begin
            ? new SafeTensorsEntry(name, [.. shape], begin, end)
            : throw Damaged(
                $"tensor '{name}' has {end - begin} bytes at data offset {begin}, "
                + $"its shape [{string.Join(", ", shape)}] needs {bytes}");
    }

    /// <summary>Every byte of the data belongs to one tensor.</summary>
    private void CheckThatTheyTile(long dataBytes, long dataStart)
    {
        long next = 0;
        foreach (var entry in Entries)
        {
            if (entry.Begin != next)
            {
                var fault = entry.Begin < next ? "overlaps the tensor before it" : "leaves a gap before it";
                throw Damaged($"tensor '{entry.Name}' at data offset {entry.Begin} {fault}, which ends at {next}");
            }

            next = entry.End;
        }

        if (next != dataBytes)
        {
            var fault = next < dataBytes ? "too long" : "cut off";
            throw Damaged(
                $"it is {fault}: the tensors need {next} bytes from offset {dataStart}, there are {dataBytes}");
        }
    }

    /// <summary>Whole numbers from 0, or null where the value is anything else.</summary>
    private static long[]? Numbers(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var numbers = new List<long>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers.ToArray();
    }

    private static Int128 Bytes(long[] shape)
    {
        // Saturates far above any file, so that a shape made to overflow cannot come out small.
        Int128 bytes = sizeof(float);
        foreach (var size in shape)
        {
            bytes = Int128.Min(bytes, long.MaxValue) * size;
        }

        return bytes;
    }

    private UserErrorException Damaged(string fault) => new($"{_path}: not a safetensors file of floats: {fault}");
}
