using Distributed.Cli.Display;
using Distributed.Cli.Runs;
using Distributed.Cli.Settings;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Training.Progress;

namespace Distributed.Cli.Train;

/// <summary>distributed train: prepares a run, trains, shows it, and says how it ended.</summary>
internal static class TrainCommand
{
    /// <remarks>Errors: UserErrorException for all that is the user's to mend, before training starts.</remarks>
    internal static int Run(TrainArguments arguments, CliHost host)
    {
        using var interrupts = host.Listen();
        IReadOnlyList<Given> settings = arguments.JobFile is { } file
            ? [.. JobFile.Read(host.Absolute(file)), .. arguments.Settings]
            : arguments.Settings;
        using var prepared = arguments.Resume
            ? PreparedRun.Resume(arguments.RunDirectory, settings, host)
            : PreparedRun.New(arguments.RunDirectory, settings, host);
        using var run = new LocalRun(prepared, host.Cores);
        if (arguments.Resume && prepared.Cursor.Step >= run.Trainer.StepsTotal)
        {
            host.Error.WriteLine($"all {run.Trainer.StepsTotal} steps are done already: measuring the result again");
        }

        return Train(run, Displays.Open(arguments.Json, host), interrupts, host);
    }

    private static int Train(LocalRun run, IRunDisplay display, Interrupts interrupts, CliHost host)
    {
        var header = Header(run, host);
        var countsHits = run.Run.Data.Train.Task == TaskKind.Classification;
        var tracker = new RunTracker(
            header.Epochs, header.StepsPerEpoch, header.FirstStep, countsHits, host.Clock);
        var pump = new DisplayPump(display);
        pump.Start(header);
        var end = run.Trainer.RunAsync(run.Store, Observe, interrupts.Stop).GetAwaiter().GetResult();
        // A failed job may leave one half written; it is finished rather than torn.
        run.Store.WhenIdle.GetAwaiter().GetResult();
        var checkpoint = run.Store.Last is { } last ? DataPath.ShortPath(last.Location, host) : null;
        pump.End(new RunOutcome(end, header.RunDirectory, checkpoint));
        if (pump.Fault is { } fault)
        {
            host.Error.WriteLine(
                $"the display failed: {fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}; the run did not: see "
                + run.Run.Directory.Path);
        }

        return Report(end, run, interrupts, host);

        void Observe(JobEvent happened)
        {
            run.Metrics.Observe(happened);
            tracker.Observe(happened);
            pump.Post(
                happened is CheckpointSaved saved
                    ? saved with { Location = DataPath.ShortPath(saved.Location, host) }
                    : happened,
                tracker.Progress);
            if (happened is CheckpointFailed failed)
            {
                host.Error.WriteLine(
                    $"step {failed.Step}: the checkpoint could not be written: {failed.Reason}; the job goes on");
            }
        }
    }

    private static int Report(JobEnded end, LocalRun run, Interrupts interrupts, CliHost host)
    {
        if (run.Metrics.Fault is { } fault)
        {
            host.Error.WriteLine(fault);
        }

        switch (end)
        {
            case JobDone:
                return ExitCodes.Done;
            case JobStopped:
                return ExitCodes.SignalBase + (interrupts.Signal == 0 ? 2 : interrupts.Signal);
            case JobFailed failed:
                host.Error.WriteLine($"distributed: {failed.Reason.ReplaceLineEndings(" ")}");
                return failed.NonFinite is null ? ExitCodes.Failed : ExitCodes.NotFinite;
            default:
                throw new InvalidOperationException($"a job ended with {end.GetType().Name}");
        }
    }

    private static RunHeader Header(LocalRun run, CliHost host)
    {
        var (job, trainer) = (run.Run.Request.Job, run.Trainer);
        return new RunHeader(
            DataPath.Short(job.Data, host), run.Run.Data.Train.Count, run.Run.Data.Test?.Count ?? 0, job.Model,
            trainer.State.Layout.Length, job.BatchSize, job.MicrobatchSize, job.Optimizer, job.LearningRate, job.Seed,
            trainer.Workers, job.Epochs, trainer.Schedule.StepsPerEpoch, trainer.StepsTotal, run.Run.Cursor.Step,
            DataPath.ShortPath(run.Run.Directory.Path, host));
    }
}
