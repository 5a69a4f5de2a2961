using System.Globalization;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Clusters;

/// <summary>A job of small steps, as a file, and what one process makes of it.</summary>
/// <param name="Epochs">Of 50 steps each, 8 micro-batches to a step; the last step of an epoch is full.</param>
/// <param name="Optimizer">Momentum has state, which a worker's death may take; sgd has none.</param>
internal sealed record SmallJob(int Epochs, string Optimizer = "momentum")
{
    internal const int TrainSamples = 1600;
    internal const int BatchSize = 32;
    internal const int MicrobatchSize = 4;
    internal const int StepsPerEpoch = TrainSamples / BatchSize;
    internal const ulong Seed = 1;

    /// <summary>Long enough that nothing ends it but its test.</summary>
    internal static SmallJob Endless { get; } = new(1_000_000);

    internal long Steps => (long)Epochs * StepsPerEpoch;

    /// <summary>Writes table and job file into a folder.</summary>
    /// <returns>The job file's name.</returns>
    internal string Write(Executable distributed)
    {
        distributed.WriteTable("points.csv", rows: TrainSamples * 5 / 4);
        File.WriteAllText(distributed.PathOf("job.yaml"), string.Create(CultureInfo.InvariantCulture, $"""
            data: csv:points.csv
            model: mlp:24,17
            epochs: {Epochs}
            batch-size: {BatchSize}
            microbatch-size: {MicrobatchSize}
            optimizer: {Optimizer}
            seed: {Seed}

            """));
        return "job.yaml";
    }

    /// <summary>The run that all others must equal: one worker in one process.</summary>
    internal static RunResult TrainAlone(Executable distributed, string runDirectory) =>
        distributed.Run($"train --job job.yaml --workers 1 --json --run-dir {runDirectory}");
}
