using Distributed.Cli.Runs;
using Distributed.Cli.Settings;
using Distributed.Engine.Training;

namespace Distributed.Cli.Display;

/// <summary>What a run is, said once at its start.</summary>
/// <param name="Command">That started it, as to be typed again.</param>
/// <param name="Data">As --data says it, paths relative where that is shorter.</param>
internal sealed record RunHeader(
    string Command, string Data, int TrainSamples, int TestSamples, string Model, int Parameters, int BatchSize,
    int MicrobatchSize, string Optimizer, float LearningRate, ulong Seed, int Workers, int Epochs, int StepsPerEpoch,
    long StepsTotal, long FirstStep, string RunDirectory)
{
    /// <summary>What else was set of how it learns, as ", schedule cosine, warmup 100"; empty for nothing.</summary>
    public string Extras { get; init; } = "";

    /// <summary>The header of a run that is about to start.</summary>
    internal static RunHeader Of(
        PreparedRun run, string command, int workers, int parameters, BatchSchedule schedule, CliHost host)
    {
        var job = run.Request.Job;
        return new RunHeader(
            command, DataPath.Short(job.Data, host), run.Data.Train.Count, run.Data.Test?.Count ?? 0, job.Model,
            parameters, job.SamplesPerStep, job.MicrobatchSize, job.Optimizer, job.LearningRate, job.Seed, workers,
            job.Epochs, schedule.StepsPerEpoch, (long)job.Epochs * schedule.StepsPerEpoch, run.Cursor.Step,
            DataPath.ShortPath(run.Directory.Path, host))
        {
            Extras = string.Concat(JobSettings.OfLearning
                .Select(setting => (setting.Name, Value: setting.Show(run.Request)))
                .Where(setting => setting.Value is not null)
                .Select(setting => $", {setting.Name} {setting.Value}")),
        };
    }
}
