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

    public void Start(RunHeader header) => Write(JsonEvents.Text(
        new StartedLine(
            "started", header.Data, header.TrainSamples, header.TestSamples, header.Model, header.Parameters,
            header.Optimizer, header.LearningRate, header.BatchSize, header.MicrobatchSize, header.Seed,
            header.Workers, header.Epochs, header.StepsTotal, header.FirstStep, header.RunDirectory),
        JsonLines.Default.StartedLine));

    public void Progress(RunProgress progress)
    {
        if (_lastProgress is { } last && clock.GetElapsedTime(last) < Quiet)
        {
            return;
        }

        _lastProgress = clock.GetTimestamp();
        Write(JsonEvents.Text(
            new ProgressLine(
                "progress", progress.Step, progress.StepsTotal, progress.Epoch, JsonEvents.Finite(progress.Loss),
                progress.Accuracy, progress.SamplesPerSecond, progress.Left?.TotalSeconds,
                [.. progress.Workers.Select(worker => new WorkerLine(
                    worker.Name, worker.State, worker.FirstMicrobatch, worker.Microbatches, worker.SamplesPerSecond,
                    worker.WaitShare, worker.Compute.TotalMilliseconds, worker.Wait.TotalMilliseconds))]),
            JsonLines.Default.ProgressLine));
    }

    public void Epoch(EpochCompleted epoch, RunProgress? progress) => Write(JsonEvents.Of(epoch));

    public void Checkpoint(CheckpointSaved saved) => Write(JsonEvents.Of(saved));

    public void Membership(MembershipEvent happened) => Write(JsonEvents.Of(happened));

    public void End(RunOutcome outcome) =>
        Write(JsonEvents.Of(outcome.End, outcome.Checkpoint, outcome.RunDirectory));

    private void Write(string line)
    {
        output.Write(line + "\n");
        output.Flush();
    }
}
