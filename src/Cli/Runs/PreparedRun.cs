using Distributed.Cli.Settings;
using Distributed.Cluster.Messages;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Training.Runs;

namespace Distributed.Cli.Runs;

/// <summary>A run whose directory is taken, whose job is checked and whose data are loaded.</summary>
internal sealed class PreparedRun : IDisposable
{
    private PreparedRun(RunDirectory directory, TrainRequest request, DataSplit data, ResumePoint? from) =>
        (Directory, Request, Data, From) = (directory, request, data, from);

    internal RunDirectory Directory { get; }

    internal TrainRequest Request { get; }

    internal DataSplit Data { get; }

    /// <summary>The checkpoint of an earlier run that it goes on from; null for a new one.</summary>
    internal ResumePoint? From { get; }

    internal JobCursor Cursor => From?.Cursor ?? JobCursor.Start;

    /// <summary>The run that a command line asks for: a new one, or with --resume an earlier one.</summary>
    internal static PreparedRun Of(TrainArguments arguments, CliHost host)
    {
        var settings = arguments.JobFile is { } file
            ? JobFile.Read(host.Absolute(file)).And(arguments.Settings)
            : arguments.Settings;
        return arguments.Resume
            ? Resume(arguments.RunDirectory, settings, host)
            : New(arguments.RunDirectory, settings, host);
    }

    /// <summary>Checks the job, makes the run's directory, loads the data.</summary>
    /// <param name="root">Where a run is kept that is given no directory of its own.</param>
    /// <remarks>Errors: UserErrorException; a directory that was made is removed again.</remarks>
    internal static PreparedRun New(
        string? runDirectory, GivenSettings settings, CliHost host, string root = RunDirectory.RootName)
    {
        var request = DataPath.Resolve(settings.ApplyTo(TrainRequest.Default), host);
        var check = new JobCheck(settings, request, host.Cores);
        check.BeforeData();
        var directory = runDirectory is not null
            ? RunDirectory.Create(host.Absolute(runDirectory))
            : RunDirectory.CreateNamed(host.Absolute(root), host.Clock);
        return Load(directory, request, check, null);
    }

    /// <summary>Opens an earlier run at its newest good checkpoint.</summary>
    internal static PreparedRun Resume(string? runDirectory, GivenSettings settings, CliHost host)
    {
        var directory = runDirectory is not null
            ? RunDirectory.Open(host.Absolute(runDirectory))
            : RunDirectory.OpenNewest(host.Absolute(RunDirectory.RootName));
        try
        {
            var from = ResumePoint.Find(directory);
            Announce(directory, from, host);
            var before = from is null ? RequestOf(directory) : new TrainRequest(from.Job, null);
            var request = DataPath.Resolve(settings.ApplyTo(before), host);
            ResumeRules.Check(settings, before, request, from);
            var check = new JobCheck(settings, request, host.Cores);
            check.BeforeData();
            return Load(directory, request, check, from);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with the run in a directory where there is one, and starts it where there is none.</summary>
    internal static PreparedRun ResumeOrNew(string runDirectory, GivenSettings settings, CliHost host) =>
        RunDirectory.IsRun(host.Absolute(runDirectory))
            ? Resume(runDirectory, settings, host)
            : New(runDirectory, settings, host);

    public void Dispose() => Directory.Dispose();

    /// <summary>The job that a directory's own file says.</summary>
    private static TrainRequest RequestOf(RunDirectory directory)
    {
        var settings = JobFile.Read(directory.JobPath);
        settings.ThrowMistakes();
        return settings.ApplyTo(TrainRequest.Default);
    }

    private static PreparedRun Load(
        RunDirectory directory, TrainRequest request, JobCheck check, ResumePoint? from)
    {
        try
        {
            var data = check.WithData(found => from?.CheckData(found, request.Job.Data));
            directory.WriteJob(JobFile.Write(request));
            return new PreparedRun(directory, request, data, from);
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
