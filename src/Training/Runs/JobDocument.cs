using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Cluster.Messages;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;

namespace Distributed.Training.Runs;

/// <summary>A job as checkpoints keep it, with the shape of its data, to tell other data early.</summary>
/// <remarks>Names are the command line's. Numbers are written so that reading gives the same bits.</remarks>
public sealed record JobDocument
{
    private static readonly Job Unset = new();

    public required string Data { get; init; }

    public required string Model { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required int MicrobatchSize { get; init; }

    public required string Optimizer { get; init; }

    public required float LearningRate { get; init; }

    public int? Accumulate { get; init; }

    public string? Loss { get; init; }

    public string? Reduction { get; init; }

    public int? EarlyStop { get; init; }

    public bool? RestoreBest { get; init; }

    public string? Schedule { get; init; }

    public int? Warmup { get; init; }

    public float? L1 { get; init; }

    public float? L2 { get; init; }

    public float? WeightDecay { get; init; }

    public float? ClipValue { get; init; }

    public float? ClipNorm { get; init; }

    public required ulong Seed { get; init; }

    public double? Holdout { get; init; }

    public string? Label { get; init; }

    public string? SampleWeight { get; init; }

    /// <summary>The task that was asked for; null where the data said it.</summary>
    public string? Task { get; init; }

    public bool Standardize { get; init; }

    /// <summary>Sides of one sample.</summary>
    public required int[] SampleShape { get; init; }

    /// <summary>0 for regression.</summary>
    public required int Classes { get; init; }

    /// <summary>What the classes are called; null for regression.</summary>
    public string[]? ClassNames { get; init; }

    /// <summary>The training columns' means, where features were standardised.</summary>
    public double[]? Means { get; init; }

    /// <summary>The training columns' deviations, where features were standardised.</summary>
    public double[]? Deviations { get; init; }

    /// <summary>The standardisation the model was trained with; null where there was none.</summary>
    [JsonIgnore]
    public Standardization? Standardization =>
        Means is null || Deviations is null ? null : new Standardization(Means, Deviations);

    public static JobDocument Of(Job job, DataSplit data) => new()
    {
        Data = job.Data,
        Model = job.Model,
        Epochs = job.Epochs,
        BatchSize = job.BatchSize,
        MicrobatchSize = job.MicrobatchSize,
        Optimizer = job.Optimizer,
        LearningRate = job.LearningRate,
        Accumulate = job.Accumulate == 1 ? null : job.Accumulate,
        Loss = job.Loss == Unset.Loss ? null : job.Loss,
        Reduction = job.Reduction,
        EarlyStop = job.EarlyStop,
        RestoreBest = Given(job.RestoreBest),
        Schedule = job.Schedule == Unset.Schedule ? null : job.Schedule,
        Warmup = Given(job.Warmup),
        L1 = Given(job.L1),
        L2 = Given(job.L2),
        WeightDecay = Given(job.WeightDecay),
        ClipValue = job.ClipValue,
        ClipNorm = job.ClipNorm,
        Seed = job.Seed,
        Holdout = job.Holdout,
        Label = job.Label,
        SampleWeight = job.SampleWeight,
        Task = job.Task?.ToString().ToLowerInvariant(),
        Standardize = job.Standardize,
        SampleShape = [.. data.Train.SampleShape],
        Classes = data.Train.ClassCount,
        ClassNames = data.Train.ClassCount == 0 ? null : [.. data.Train.ClassNames],
        Means = data.Standardization?.Means.ToArray(),
        Deviations = data.Standardization?.Deviations.ToArray(),
    };

    public Job ToJob() => new()
    {
        Data = Data,
        Model = Model,
        Epochs = Epochs,
        BatchSize = BatchSize,
        MicrobatchSize = MicrobatchSize,
        Optimizer = Optimizer,
        LearningRate = LearningRate,
        Accumulate = Accumulate ?? 1,
        Loss = Loss ?? Unset.Loss,
        Reduction = Reduction,
        EarlyStop = EarlyStop,
        RestoreBest = RestoreBest ?? false,
        Schedule = Schedule ?? Unset.Schedule,
        Warmup = Warmup ?? 0,
        L1 = L1 ?? 0,
        L2 = L2 ?? 0,
        WeightDecay = WeightDecay ?? 0,
        ClipValue = ClipValue,
        ClipNorm = ClipNorm,
        Seed = Seed,
        Holdout = Holdout,
        Label = Label,
        SampleWeight = SampleWeight,
        Task = Task is null ? null : Enum.Parse<TaskKind>(Task, ignoreCase: true),
        Standardize = Standardize,
    };

    /// <summary>What is not said is left out, so that jobs without it are written as they always were.</summary>
    private static T? Given<T>(T value)
        where T : struct => value.Equals(default(T)) ? null : value;

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, JobJson.Default.JobDocument);

    public static JobDocument Parse(FoundCheckpoint checkpoint) =>
        Parse(checkpoint.Manifest.Job, $"{checkpoint.Path}: manifest.json");

    /// <summary>Reads a job.</summary>
    /// <param name="source">For the message: where it comes from.</param>
    /// <remarks>Errors: UserErrorException where it is not a job of this version.</remarks>
    public static JobDocument Parse(JsonElement json, string source)
    {
        try
        {
            return json.Deserialize(JobJson.Default.JobDocument) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new Engine.Errors.UserErrorException(
                $"{source}: the job cannot be read: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>How far a job is, as a manifest keeps it.</summary>
    public static CheckpointCursor ToManifest(JobCursor cursor, int stepsPerEpoch) => new(
        cursor.Step / stepsPerEpoch, cursor.Step % stepsPerEpoch,
        cursor.EpochLoss, cursor.EpochHits, cursor.EpochSamples)
    {
        TestLosses = cursor.TestLosses.Count == 0 ? null : cursor.TestLosses,
        HasBest = cursor.HasBest,
    };

    public static JobCursor ToCursor(CheckpointManifest manifest) => new(
        manifest.Step, manifest.Cursor.EpochLossSum, manifest.Cursor.EpochHits, manifest.Cursor.EpochSamples)
    {
        TestLosses = manifest.Cursor.TestLosses ?? [],
        HasBest = manifest.Cursor.HasBest,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JobDocument))]
internal sealed partial class JobJson : JsonSerializerContext;
