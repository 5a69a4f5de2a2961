using Distributed.Cli.Display;
using Distributed.Cli.Runs;
using Distributed.Cli.Telemetry;
using Distributed.Cluster.Security;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Training;
using Distributed.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Clusters;

/// <summary>One job led by this process, shown here and told to whoever watches.</summary>
internal static class CoordinatorRun
{
    /// <summary>How a coordinator listens.</summary>
    /// <param name="folder">Of its run, or of its runs.</param>
    /// <param name="gatherBound">How long it waits for workers; null for ever.</param>
    internal static CoordinatorHostOptions Options(
        string folder, LinkSecurity security, int workersMin, TimeSpan? gatherBound, ILoggerFactory logs, CliHost host)
    {
        var jobs = new ClusterJobOptions
        {
            WorkersMin = workersMin,
            GatherBound = gatherBound,
            WrittenBy = Program.Version,
            Logs = logs,
            Clock = host.Clock,
        };
        return new CoordinatorHostOptions { Security = security, Folder = folder, Jobs = jobs };
    }

    /// <summary>Where this process sends what it measures; null for nowhere.</summary>
    /// <remarks>Errors: UserErrorException for a URL that is none.</remarks>
    internal static Collector? CollectorOf(string? otlp, CliHost host) =>
        Collector.Find(otlp, "coordinator", $"{Environment.MachineName}-{Environment.ProcessId}", host);

    /// <summary>Runs a prepared job to its end, shows it, and returns the exit code.</summary>
    /// <param name="command">That started it, as to be typed again.</param>
    /// <param name="workers">For the header: as many as there will be at first.</param>
    internal static int Run(
        CoordinatorHost coordinator, PreparedRun run, string command, int workers, bool json, Interrupts interrupts,
        CliHost host)
    {
        var job = run.Request.Job;
        var schedule = new BatchSchedule(run.Data.Train.Count, job.SamplesPerStep, job.MicrobatchSize, job.Seed);
        var ticket = JobTicket.Of(job, run.Data, run.Directory, host.Clock);
        using var begun = coordinator.Begin(ticket);
        var header = RunHeader.Of(run, command, workers, begun.ParameterCount, schedule, host) with
        {
            FirstStep = begun.FirstStep,
        };
        var countsHits = run.Data.Train.Task == TaskKind.Classification;
        var show = new RunShow(header, countsHits, begun.Metrics, json, host);
        if (begun.FirstStep >= begun.StepsTotal && run.From is { } from && from.Cursor.Step >= begun.StepsTotal)
        {
            host.Error.WriteLine($"all {begun.StepsTotal} steps are done already");
            var cursor = from.Cursor;
            return show.End(
                new JobDone(
                    cursor.Step, job.Epochs, 0, cursor.TrainLoss, null, null, 0, TimeSpan.Zero,
                    from.Checkpoint.Manifest.Fingerprint),
                null, interrupts);
        }

        var end = coordinator.RunAsync(
            begun, show.Observe, happened => Telling.Describe(happened, header), interrupts.Stop)
            .GetAwaiter().GetResult();
        var checkpoint = end is JobStopped stopped ? DataPath.ShortPath(stopped.Location, host) : null;
        return show.End(end, checkpoint, interrupts);
    }
}
