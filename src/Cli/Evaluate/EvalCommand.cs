using System.Text.Json;
using Distributed.Cli.Display;
using Distributed.Cli.Runs;
using Distributed.Cli.Settings;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using Distributed.Training;
using Distributed.Training.Runs;

namespace Distributed.Cli.Evaluate;

/// <summary>distributed eval: measures a checkpoint on its own held-out samples, or on other data.</summary>
internal static class EvalCommand
{
    internal static int Run(EvalArguments arguments, CliHost host)
    {
        arguments.Settings.ThrowMistakes();
        var checkpoint = Find(host.Absolute(arguments.Checkpoint), arguments.Checkpoint);
        if (checkpoint.Reason is { } reason)
        {
            host.Error.WriteLine(reason);
        }

        var document = JobDocument.Parse(checkpoint);
        var job = JobFor(document, arguments, host);
        var split = DataCatalog.Load(job.DataOptions with
        {
            Standardization = document.Standardization,
            KeepWhole = job.Data != document.Data && !arguments.Settings.Has(JobSettings.Holdout),
        });
        var data = split.Test ?? split.Train;
        CheckShape(document, data, job);
        var evaluation = new Evaluation(job, data);
        CheckpointStore.Read(checkpoint, FileJobStore.View(evaluation.State), parametersOnly: true);
        var result = evaluation.Run();
        Print(result, split.Test is not null, job, checkpoint, arguments.Json, host);
        return ExitCodes.Done;
    }

    /// <summary>A checkpoint's own folder, or the newest good one of a run.</summary>
    private static FoundCheckpoint Find(string path, string given)
    {
        if (!Directory.Exists(path))
        {
            throw new UserErrorException(
                $"there is no checkpoint {given}: give the directory of a run or of one checkpoint");
        }

        var checkpoints = RunDirectory.CheckpointsOf(path);
        if (!Directory.Exists(checkpoints))
        {
            return CheckpointStore.Open(path);
        }

        return new CheckpointStore(checkpoints).Latest()
            ?? throw new UserErrorException($"{given} has no checkpoint yet: one is written after the first epoch");
    }

    /// <summary>The trained job, with the data that were asked for.</summary>
    /// <remarks>What belongs to the trained table (label, task, …) goes along to another table only.</remarks>
    private static Job JobFor(JobDocument document, EvalArguments arguments, CliHost host)
    {
        var trained = document.ToJob();
        var given = arguments.Settings.ApplyTo(new TrainRequest(trained, null)).Job;
        var source = DataPath.Absolute(given.Data, host);
        if (Kind(source) == Kind(trained.Data))
        {
            return given with { Data = source };
        }

        var bare = new TrainRequest(
            trained with { Holdout = null, Label = null, SampleWeight = null, Task = null, Standardize = false }, null);
        return arguments.Settings.ApplyTo(bare).Job with { Data = source };
    }

    private static string Kind(string source) => source.Split(':')[0];

    private static void CheckShape(JobDocument document, DataSet data, Job job)
    {
        if (!document.SampleShape.SequenceEqual(data.SampleShape))
        {
            throw new UserErrorException(
                $"--data {job.Data} has samples of shape [{string.Join(", ", data.SampleShape)}]: the checkpoint's "
                + $"model needs [{string.Join(", ", document.SampleShape)}]; give data like those it was trained on");
        }

        if (document.ClassNames is { } names
            && names.Length == data.ClassCount
            && !names.SequenceEqual(data.ClassNames))
        {
            throw new UserErrorException(
                $"--data {job.Data} has the classes {string.Join(", ", data.ClassNames.Take(10))}: the checkpoint's "
                + $"model was trained on {string.Join(", ", names.Take(10))}; give data with the same classes");
        }

        if (document.Classes != data.ClassCount)
        {
            throw new UserErrorException(
                $"--data {job.Data} has {Outputs(data.ClassCount)}: the checkpoint's model needs "
                + $"{Outputs(document.Classes)}; give data like those it was trained on");
        }
    }

    private static string Outputs(int classes) =>
        classes == 0 ? "numbers to predict (regression)" : $"{classes} classes";

    private static void Print(
        EvaluationResult result, bool isHeldOut, Job job, FoundCheckpoint checkpoint, bool json, CliHost host)
    {
        var manifest = checkpoint.Manifest;
        if (json)
        {
            double? loss = double.IsFinite(result.Loss) ? result.Loss : null;
            var line = new EvaluatedLine("evaluated", result.Samples, loss, result.Accuracy, manifest.Fingerprint);
            host.Out.Write(JsonSerializer.Serialize(line, JsonLines.Default.EvaluatedLine) + "\n");
        }
        else
        {
            var accuracy = result.Accuracy is { } share ? $", accuracy {Wording.Percent(share)}" : "";
            host.Out.Write(
                $"{Wording.Plural(result.Samples, isHeldOut ? "held-out sample" : "sample")} of "
                + $"{DataPath.Short(job.Data, host)}: loss {Wording.Loss(result.Loss)}{accuracy} "
                + $"(step {Wording.Count(manifest.Step)}, fingerprint {manifest.Fingerprint})\n");
        }

        host.Out.Flush();
    }
}
