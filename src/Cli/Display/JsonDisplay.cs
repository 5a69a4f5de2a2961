using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Coordinator;
using Distributed.Training.Progress;

namespace Distributed.Cli.Display;

/// <summary>One JSON object per line and nothing else, for programs.</summary>
internal sealed class JsonDisplay(TextWriter output, TimeProvider clock) : IRunDisplay
{
    /// <summary>The least time between two progress lines.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(0.5);

    private long? _lastProgress;

    public void Around(Action loop) => loop();

    public void Start(RunHeader header) => Write(
        new StartedLine(
            "started", header.Data, header.TrainSamples, header.TestSamples, header.Model, header.Parameters,
            header.Optimizer, header.LearningRate, header.BatchSize, header.MicrobatchSize, header.Seed,
            header.Workers, header.Epochs, header.StepsTotal, header.FirstStep, header.RunDirectory),
        JsonLines.Default.StartedLine);

    public void Progress(RunProgress progress)
    {
        if (_lastProgress is { } last && clock.GetElapsedTime(last) < Quiet)
        {
            return;
        }

        _lastProgress = clock.GetTimestamp();
        Write(
            new ProgressLine(
                "progress", progress.Step, progress.StepsTotal, progress.Epoch, Finite(progress.Loss),
                progress.Accuracy, progress.SamplesPerSecond, progress.Left?.TotalSeconds,
                [.. progress.Workers.Select(worker => new WorkerLine(worker.SamplesPerSecond, worker.WaitShare))]),
            JsonLines.Default.ProgressLine);
    }

    public void Epoch(EpochCompleted epoch, RunProgress? progress) => Write(
        new EpochLine(
            "epoch", epoch.Epoch, epoch.Step, Finite(epoch.TrainLoss), epoch.TrainAccuracy, Finite(epoch.TestLoss),
            epoch.TestAccuracy),
        JsonLines.Default.EpochLine);

    public void Checkpoint(CheckpointSaved saved) =>
        Write(new CheckpointLine("checkpoint", saved.Step, saved.Location), JsonLines.Default.CheckpointLine);

    public void End(RunOutcome outcome)
    {
        switch (outcome.End)
        {
            case JobDone done:
                Write(
                    new DoneLine(
                        "done", done.Steps, done.Epochs, done.Workers, Finite(done.TrainLoss), Finite(done.TestLoss),
                        done.TestAccuracy, done.SamplesPerSecond, done.Elapsed.TotalSeconds, done.Fingerprint),
                    JsonLines.Default.DoneLine);
                break;
            case JobStopped stopped:
                Write(
                    new StoppedLine("stopped", stopped.Step, outcome.Checkpoint, outcome.RunDirectory),
                    JsonLines.Default.StoppedLine);
                break;
            case JobFailed failed:
                Write(
                    new FailedLine(
                        "failed", failed.Step, failed.Reason, failed.NonFinite?.Layer, failed.NonFinite?.Microbatch,
                        outcome.Checkpoint, outcome.RunDirectory),
                    JsonLines.Default.FailedLine);
                break;
        }
    }

    /// <summary>JSON has no NaN and no infinity; a test loss may be one before training notices.</summary>
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private void Write<T>(T line, JsonTypeInfo<T> type)
    {
        output.Write(JsonSerializer.Serialize(line, type) + "\n");
        output.Flush();
    }
}
