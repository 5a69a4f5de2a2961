using System.Text.Json.Serialization;

namespace Distributed.Cli.Display;

// Note [JSON lines]
// These are the program's interface to other programs: fields are added, never renamed or removed. Steps count
// committed steps; losses are means per sample; accuracies and shares are 0 to 1; what does not apply is absent.

internal sealed record StartedLine(
    string Event, string Data, int TrainSamples, int TestSamples, string Model, int Parameters, string Optimizer,
    float LearningRate, int BatchSize, int MicrobatchSize, ulong Seed, int Workers, int Epochs, long Steps,
    long FirstStep, string RunDir);

internal sealed record ProgressLine(
    string Event, long Step, long Steps, int Epoch, double? Loss, double? Accuracy, double SamplesPerSecond,
    double? SecondsLeft, IReadOnlyList<WorkerLine> Workers);

internal sealed record WorkerLine(double SamplesPerSecond, double WaitShare);

internal sealed record EpochLine(
    string Event, int Epoch, long Step, double? TrainLoss, double? TrainAccuracy, double? TestLoss,
    double? TestAccuracy);

internal sealed record CheckpointLine(string Event, long Step, string Path);

internal sealed record DoneLine(
    string Event, long Steps, int Epochs, int Workers, double? TrainLoss, double? TestLoss, double? TestAccuracy,
    double SamplesPerSecond, double Seconds, string Fingerprint);

internal sealed record StoppedLine(string Event, long Step, string? Checkpoint, string RunDir);

internal sealed record FailedLine(
    string Event, long Step, string Reason, string? Layer, int? Microbatch, string? Checkpoint, string RunDir);

internal sealed record EvaluatedLine(
    string Event, int Samples, double? Loss, double? Accuracy, string Fingerprint);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StartedLine))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(EpochLine))]
[JsonSerializable(typeof(CheckpointLine))]
[JsonSerializable(typeof(DoneLine))]
[JsonSerializable(typeof(StoppedLine))]
[JsonSerializable(typeof(FailedLine))]
[JsonSerializable(typeof(EvaluatedLine))]
internal sealed partial class JsonLines : JsonSerializerContext;
