namespace Distributed.Cli.Display;

/// <summary>What a run is, said once at its start.</summary>
/// <param name="Data">As --data says it, paths relative where that is shorter.</param>
internal sealed record RunHeader(
    string Data, int TrainSamples, int TestSamples, string Model, int Parameters, int BatchSize, int MicrobatchSize,
    string Optimizer, float LearningRate, ulong Seed, int Workers, int Epochs, int StepsPerEpoch, long StepsTotal,
    long FirstStep, string RunDirectory);
