using Distributed.Cli.Runs;
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
        using var interrupts = host.Listen();
        using var run = PreparedRun.Of(arguments.Train, host);
        using var logs = HostLogs.Create(host);
        var count = run.Request.WorkersOn(host.Cores);
        var folder = run.Directory.Path;
        var security = new SecurityArguments(null, null, null, null, false).ForCoordinator(folder, host);
        var coordinator = CoordinatorHost.StartAsync(
            CoordinatorRun.Options(folder, security, count, TimeSpan.FromMinutes(10), logs, host), null, logs).GetAwaiter().GetResult();
        try
        {
            using var workers = new WorkerProcesses(
                folder, arguments.Threads, line => host.Error.WriteLine(line), host.Clock);
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
