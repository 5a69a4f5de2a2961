using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Checkpoints;

/// <summary>What a checkpoint says about itself, in manifest.json beside the model file.</summary>
/// <remarks>
/// Numbers are written so that reading gives the same bits. ModelFile, ModelSha256, ModelBytes and Fingerprint are
/// filled in by the <see cref="CheckpointStore"/> when it writes.
/// </remarks>
public sealed record CheckpointManifest
{
    public const string FormatName = "distributed-checkpoint";

    public const int FormatVersionNow = 1;

    [JsonRequired]
    public string Format { get; init; } = FormatName;

    [JsonRequired]
    public int FormatVersion { get; init; } = FormatVersionNow;

    /// <summary>Steps committed.</summary>
    public required long Step { get; init; }

    /// <summary><see cref="Checkpoints.Fingerprint"/> of the state.</summary>
    [JsonRequired]
    public string Fingerprint { get; init; } = "";

    /// <summary>The model file's name, without a folder.</summary>
    [JsonRequired]
    public string ModelFile { get; init; } = CheckpointStore.ModelFileName;

    /// <summary>SHA-256 of the model file's bytes, lower-case hexadecimal.</summary>
    [JsonRequired]
    public string ModelSha256 { get; init; } = "";

    [JsonRequired]
    public long ModelBytes { get; init; }

    public required CheckpointCursor Cursor { get; init; }

    /// <summary>The job as it was given; opaque here.</summary>
    public required JsonElement Job { get; init; }

    /// <summary>Identifies the data set trained on.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>The version of the program that wrote the checkpoint.</summary>
    public required string WrittenBy { get; init; }

    internal byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(this, CheckpointJson.Default.CheckpointManifest);

    /// <summary>Reads a manifest.</summary>
    /// <remarks>
    /// Errors: <see cref="DamagedCheckpointException"/> for what is no manifest; UserErrorException for one of a newer
    /// version, which is no damage, and which an older program must not step back from in silence.
    /// </remarks>
    internal static CheckpointManifest Parse(string path, byte[] json)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
            {
                CheckFormat(path, document.RootElement);
            }

            return JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointManifest)
                ?? throw new DamagedCheckpointException("manifest.json is null");
        }
        catch (JsonException error)
        {
            throw new DamagedCheckpointException($"manifest.json cannot be read: {FirstSentence(error)}");
        }
    }

    private static void CheckFormat(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String
            || format.GetString() != FormatName
            || !root.TryGetProperty("formatVersion", out var number)
            || number.ValueKind != JsonValueKind.Number
            || !number.TryGetInt32(out var version)
            || version < 1)
        {
            throw new DamagedCheckpointException($"manifest.json is not a {FormatName}");
        }

        if (version > FormatVersionNow)
        {
            throw new UserErrorException(
                $"{path}: checkpoint format version {version} is newer than this program's {FormatVersionNow}: "
                + "use the version that wrote it, or a newer one");
        }
    }

    private static string FirstSentence(JsonException error) =>
        $"line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}";
}

/// <summary>How far an epoch had got, and what its running totals were.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="StepInEpoch">Steps of the epoch that are done.</param>
/// <param name="EpochLossSum">Nats, summed over the epoch's samples so far.</param>
/// <param name="EpochHits">Correct samples so far.</param>
/// <param name="EpochSamples">Samples so far.</param>
public sealed record CheckpointCursor(
    long Epoch, long StepInEpoch, double EpochLossSum, double EpochHits, long EpochSamples)
{
    /// <summary>The held-out loss of every epoch so far, for jobs that go by it; null for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? TestLosses { get; init; }

    /// <summary>True where the parameters are the best epoch's and their slot has the last ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasBest { get; init; }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointManifest))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

/// <summary>A checkpoint on disk is not what its writer left: why, in half a sentence.</summary>
internal sealed class DamagedCheckpointException(string fault) : Exception(fault);
