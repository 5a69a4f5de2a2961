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

internal sealed record MachineLine(string Event, string Processor, int Cores, string Version);

internal sealed record PeakLine(string Event, string Vectors, double GigaflopsPerSecond);

internal sealed record BandwidthLine(string Event, int Threads, double GigabytesPerSecond);

internal sealed record ProductLine(
    string Event, string Product, int Samples, int Inputs, int Outputs, string Vectors, double Microseconds,
    double GigaflopsPerSecond, double ShareOfPeak);

internal sealed record OperationLine(
    string Event, string Layer, string Pass, string Operation, string Result, double Microseconds,
    double? GigaflopsPerSecond, double? ShareOfPeak, double Bytes, double GigabytesPerSecond);

internal sealed record PassLine(
    string Event, string Model, int BatchSize, double Microseconds, double GigaflopsPerSecond, double ShareOfPeak);

internal sealed record ScalingLine(
    string Event, string Model, int BatchSize, int Workers, double SamplesPerSecond, double MedianSamplesPerSecond,
    double Ratio, double ApartRatio, double GigaflopsPerSecond, double ShareOfPeak);

internal sealed record MeasuredLine(string Event, IReadOnlyList<string> Parts, double Seconds);

// Written only: what reading needs beside it would have to be compiled before the first line.
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
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
[JsonSerializable(typeof(MachineLine))]
[JsonSerializable(typeof(PeakLine))]
[JsonSerializable(typeof(BandwidthLine))]
[JsonSerializable(typeof(ProductLine))]
[JsonSerializable(typeof(OperationLine))]
[JsonSerializable(typeof(PassLine))]
[JsonSerializable(typeof(ScalingLine))]
[JsonSerializable(typeof(MeasuredLine))]
internal sealed partial class JsonLines : JsonSerializerContext;
