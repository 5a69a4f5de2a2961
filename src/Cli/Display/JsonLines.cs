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

internal sealed record WorkerLine(
    string Name, string State, int FirstMicrobatch, int Microbatches, double SamplesPerSecond, double WaitShare,
    double ComputeMs, double WaitMs);

internal sealed record EpochLine(
    string Event, int Epoch, long Step, double? TrainLoss, double? TrainAccuracy, double? TestLoss,
    double? TestAccuracy);

internal sealed record CheckpointLine(string Event, long Step, string Path);

internal sealed record MemberLine(
    string Event, string Worker, string? Address, long? Step, string? Phase, string? Cause);

internal sealed record MembersLine(
    string Event, long Generation, IReadOnlyList<string> Workers, long Step, string Reason, double Seconds);

internal sealed record RecoveredLine(string Event, long Generation, long Step, string Cause, double Seconds);

internal sealed record RolledBackLine(string Event, long FromStep, long Step, string Reason);

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
[JsonSerializable(typeof(MemberLine))]
[JsonSerializable(typeof(MembersLine))]
[JsonSerializable(typeof(RecoveredLine))]
[JsonSerializable(typeof(RolledBackLine))]
[JsonSerializable(typeof(DoneLine))]
[JsonSerializable(typeof(StoppedLine))]
[JsonSerializable(typeof(FailedLine))]
[JsonSerializable(typeof(EvaluatedLine))]
internal sealed partial class JsonLines : JsonSerializerContext;
