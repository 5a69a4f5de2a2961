using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Engine.Errors;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Data;

/// <summary>Both parts of a data set in one buffer, to be sent to a machine that lacks them.</summary>
/// <remarks>
/// Layout, little-endian: SHA-256 of all that follows it; the length in bytes of a description in JSON, as an integer
/// of 32 bits; the description, filled up with zeros to whole floats; then of each part the features of all its
/// samples, the targets of all, and, where they have them, the weights of all. Features are packed as they are read,
/// ready for training.
/// </remarks>
public static class DataPack
{
    private const int HashFloats = SHA256.HashSizeInBytes / sizeof(float);
    private const int DescriptionStart = HashFloats + 1;

    /// <summary>Packs a data set.</summary>
    /// <remarks>Errors: UserErrorException where it has more floats than one buffer.</remarks>
    public static AlignedBuffer Pack(DataSplit data)
    {
        DataSet[] parts = data.Test is { } held ? [data.Train, held] : [data.Train];
        var described = parts.Select(Describe).ToArray();
        var description = JsonSerializer.SerializeToUtf8Bytes(
            described, PackJson.Default.PackedPartArray);
        var first = DescriptionStart + FloatsFor(description.Length);
        var length = first + described.Sum(part => (long)part.Count * part.FloatsPerSample);
        if (length > int.MaxValue / sizeof(float))
        {
            throw new UserErrorException(
                $"{data.Train.Name}: {length} floats are too many to send to other machines: copy the files there");
        }

        var pack = new AlignedBuffer((int)length);
        Bytes(pack)[(HashFloats * sizeof(float))..].Clear();
        MemoryMarshal.Write(Bytes(pack)[(HashFloats * sizeof(float))..], description.Length);
        description.CopyTo(Bytes(pack)[(DescriptionStart * sizeof(float))..]);
        foreach (var part in parts)
        {
            first = Append(part, pack, first);
        }

        Hash(pack).CopyTo(Bytes(pack));
        return pack;
    }

    /// <summary>The data set in a pack; the buffer belongs to it from now on.</summary>
    /// <remarks>Errors: InvalidDataException where the pack is damaged.</remarks>
    public static DataSplit Unpack(AlignedBuffer pack)
    {
        if (pack.Length < DescriptionStart || !Hash(pack).SequenceEqual(Bytes(pack)[..SHA256.HashSizeInBytes]))
        {
            throw new InvalidDataException("the packed data are damaged: their hash is another");
        }

        try
        {
            var bytes = MemoryMarshal.Read<int>(Bytes(pack)[(HashFloats * sizeof(float))..]);
            var parts = JsonSerializer.Deserialize(
                Bytes(pack).Slice(DescriptionStart * sizeof(float), bytes), PackJson.Default.PackedPartArray)!;
            var train = new PackedSet(parts[0], pack, DescriptionStart + FloatsFor(bytes));
            var end = DescriptionStart + FloatsFor(bytes) + (parts[0].Count * parts[0].FloatsPerSample);
            return new DataSplit(train, parts.Length > 1 ? new PackedSet(parts[1], pack, end) : null);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the packed data are of another version: {error.Message}", error);
        }
    }

    private static PackedPart Describe(DataSet set) => new(
        set.Name, set.Count, [.. set.SampleShape], set.Task, set.ClassCount, [.. set.ClassNames], set.TargetWidth,
        set.ContentHash, set.HasWeights);

    private static int Append(DataSet set, AlignedBuffer pack, int first)
    {
        for (var sample = 0; sample < set.Count; sample++, first += set.FeatureCount)
        {
            set.ReadFeatures(sample, pack.Span.Slice(first, set.FeatureCount));
        }

        for (var sample = 0; sample < set.Count; sample++, first += set.TargetWidth)
        {
            set.ReadTarget(sample, pack.Span.Slice(first, set.TargetWidth));
        }

        for (var sample = 0; set.HasWeights && sample < set.Count; sample++)
        {
            pack.Span[first++] = set.Weight(sample);
        }

        return first;
    }

    private static int FloatsFor(int bytes) => (bytes + sizeof(float) - 1) / sizeof(float);

    private static Span<byte> Bytes(AlignedBuffer pack) => MemoryMarshal.AsBytes(pack.Span);

    private static byte[] Hash(AlignedBuffer pack) => SHA256.HashData(Bytes(pack)[SHA256.HashSizeInBytes..]);
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PackedPart[]))]
internal sealed partial class PackJson : JsonSerializerContext;
