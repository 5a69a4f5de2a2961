using Distributed.Cli.Settings;
using Distributed.Cluster.Messages;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Training;
using Distributed.Training.Runs;

namespace Distributed.Cli.Train;

/// <summary>A run that is checked and loaded, and can start.</summary>
internal sealed class PreparedRun : IDisposable
{
    private PreparedRun(
        RunDirectory directory, TrainRequest request, DataSplit data, Trainer trainer, ResumePoint? from)
    {
        (Directory, Request, Data, Trainer) = (directory, request, data, trainer);
        Cursor = from?.Cursor ?? JobCursor.Start;
        var stepsPerEpoch = trainer.Schedule.StepsPerEpoch;
        var countsHits = data.Train.Task == TaskKind.Classification;
        Metrics = MetricsLog.Open(directory.MetricsPath, Cursor.Step, stepsPerEpoch, countsHits);
        var document = new Lazy<System.Text.Json.JsonElement>(() => JobDocument.Of(request.Job, data).ToJson());
        var identity = new Lazy<string>(() => DataIdentity.Of(data));
        Store = new FileJobStore(
            trainer.State,
            new CheckpointStore(directory.CheckpointsPath),
            cursor => new CheckpointManifest
            {
                Step = cursor.Step,
                Cursor = JobDocument.ToManifest(cursor, stepsPerEpoch),
                Job = document.Value,
                DataSha256 = identity.Value,
                WrittenBy = Program.Version,
            },
            Metrics.Reached,
            from?.Checkpoint);
    }

    internal RunDirectory Directory { get; }

    internal TrainRequest Request { get; }

    internal DataSplit Data { get; }

    internal Trainer Trainer { get; }

    internal JobCursor Cursor { get; }

    internal MetricsLog Metrics { get; }

    internal FileJobStore Store { get; }

    /// <summary>Checks the job, makes the run's directory, loads the data.</summary>
    /// <remarks>Errors: UserErrorException; a directory that was made is removed again.</remarks>
    internal static PreparedRun New(TrainArguments arguments, IReadOnlyList<Given> settings, CliHost host)
    {
        var request = DataPath.Resolve(settings.ApplyTo(TrainRequest.Default), host);
        settings.Checked(() => request.Validate(host.Cores));
        var directory = arguments.RunDirectory is { } given
            ? RunDirectory.Create(host.Absolute(given))
            : RunDirectory.CreateNamed(host.Absolute(RunDirectory.RootName), host.Clock);
        return Load(directory, request, settings, null, host);
    }

    /// <summary>Opens an earlier run at its newest good checkpoint.</summary>
    internal static PreparedRun Resume(TrainArguments arguments, IReadOnlyList<Given> settings, CliHost host)
    {
        var directory = arguments.RunDirectory is { } given
            ? RunDirectory.Open(host.Absolute(given))
            : RunDirectory.OpenNewest(host.Absolute(RunDirectory.RootName));
        try
        {
            var from = ResumePoint.Find(directory);
            Announce(directory, from, host);
            var before = from is null
                ? JobFile.Read(directory.JobPath).ApplyTo(TrainRequest.Default)
                : new TrainRequest(from.Job, null);
            var request = DataPath.Resolve(settings.ApplyTo(before), host);
            ResumeRules.Check(settings, before, request, from);
            settings.Checked(() => request.Validate(host.Cores));
            return Load(directory, request, settings, from, host);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Metrics.Dispose();
        Directory.Dispose();
    }

    private static PreparedRun Load(
        RunDirectory directory, TrainRequest request, IReadOnlyList<Given> settings, ResumePoint? from, CliHost host)
    {
        try
        {
            DataSplit? data = null;
            settings.Checked(() => data = DataCatalog.Load(request.Job.DataOptions));
            from?.CheckData(data!, request.Job.Data);
            var trainer = new Trainer(request.Job, data!, request.WorkersOn(host.Cores));
            from?.LoadInto(trainer.State);
            directory.WriteJob(JobFile.Write(request));
            return new PreparedRun(directory, request, data!, trainer, from);
        }
        catch
        {
            directory.Abandon();
            throw;
        }
    }

    private static void Announce(RunDirectory directory, ResumePoint? from, CliHost host)
    {
        if (from is null && !File.Exists(directory.JobPath))
        {
            throw new UserErrorException(
                $"--resume: {directory.Path} holds neither a checkpoint nor {RunDirectory.JobFileName}: "
                + "start a new run");
        }

        if (from is null)
        {
            host.Error.WriteLine($"{directory.Path} has no checkpoint yet: starting its job from the beginning");
        }
        else if (from.Notice is { } notice)
        {
            host.Error.WriteLine(notice);
        }
    }
}
