using Distributed.Cli.Runs;
using Distributed.Cli.Telemetry;
using Distributed.Hosting;

namespace Distributed.Cli.Clusters;

/// <summary>
/// distributed cluster: this process is the coordinator, and its workers are processes of their own; all of them end
/// with it, however it ends.
/// </summary>
internal static class ClusterCommand
{
    /// <remarks>Errors: UserErrorException for all that is the user's to mend, before anything is started.</remarks>
    internal static int Run(ClusterArguments arguments, CliHost host)
    {
        var collector = CoordinatorRun.CollectorOf(arguments.Otlp, host);
        using var interrupts = host.Listen();
        using var run = PreparedRun.Of(arguments.Train, host);
        using var logs = HostLogs.Create(host, collector);
        var count = run.Request.WorkersOn(host.Cores);
        var folder = run.Directory.Path;
        var security = new SecurityArguments(null, null, null, null, false).ForCoordinator(folder, host);
        var coordinator = CoordinatorHost.StartAsync(
            CoordinatorRun.Options(folder, security, count, TimeSpan.FromMinutes(10), logs, host), null, logs)
            .GetAwaiter().GetResult();
        try
        {
            using var telemetry = Exporters.Start(collector);
            using var workers = new WorkerProcesses(
                folder, arguments.Threads, arguments.Otlp, line => host.Error.WriteLine(line), host.Clock);
            for (var i = 0; i < count; i++)
            {
                workers.Start($"worker-{i}");
            }

            return CoordinatorRun.Run(
                coordinator, run, "cluster", count, arguments.Train.Json, interrupts, host);
        }
        finally
        {
            coordinator.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
