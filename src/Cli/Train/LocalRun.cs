using Distributed.Cli.Runs;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Training;
using Distributed.Training.Runs;

namespace Distributed.Cli.Train;

/// <summary>A run in this process: its trainer, and where its state and its metrics go.</summary>
internal sealed class LocalRun : IDisposable
{
    internal LocalRun(PreparedRun run, int cores)
    {
        var job = run.Request.Job;
        Run = run;
        Trainer = new Trainer(job, run.Data, run.Request.WorkersOn(cores));
        run.From?.LoadInto(Trainer.State);
        var stepsPerEpoch = Trainer.Schedule.StepsPerEpoch;
        var countsHits = run.Data.Train.Task == TaskKind.Classification;
        Metrics = MetricsLog.Open(run.Directory.MetricsPath, run.Cursor.Step, stepsPerEpoch, countsHits);
        var document = new Lazy<System.Text.Json.JsonElement>(() => JobDocument.Of(job, run.Data).ToJson());
        var identity = new Lazy<string>(() => DataIdentity.Of(run.Data));
        Store = new FileJobStore(
            Trainer.State,
            new CheckpointStore(run.Directory.CheckpointsPath),
            cursor => new CheckpointManifest
            {
                Step = cursor.Step,
                Cursor = JobDocument.ToManifest(cursor, stepsPerEpoch),
                Job = document.Value,
                DataSha256 = identity.Value,
                WrittenBy = Program.Version,
            },
            Metrics.Reached,
            run.From?.Checkpoint);
    }

    internal PreparedRun Run { get; }

    internal Trainer Trainer { get; }

    internal MetricsLog Metrics { get; }

    internal FileJobStore Store { get; }

    public void Dispose() => Metrics.Dispose();
}
