using Distributed.Cli.Runs;
using Distributed.Cli.Settings;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;
using Distributed.Hosting;
using Distributed.Training.Runs;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Clusters;

/// <summary>
/// distributed coordinator: leads one job to its end (--job), or every job that is submitted, one after the other.
/// Started again with the same run directory it goes on where it was.
/// </summary>
internal static class CoordinatorCommand
{
    internal static int Run(CoordinatorArguments arguments, CliHost host)
    {
        using var interrupts = host.Listen();
        using var logs = HostLogs.Create(host);
        return arguments.JobFile is { } file
            ? RunOne(arguments, file, interrupts, logs, host)
            : Serve(arguments, interrupts, logs, host);
    }

    private static int RunOne(
        CoordinatorArguments arguments, string file, Interrupts interrupts, ILoggerFactory logs, CliHost host)
    {
        var settings = JobFile.Read(host.Absolute(file));
        using var run = arguments.RunDirectory is { } directory
            ? PreparedRun.ResumeOrNew(directory, settings, host)
            : PreparedRun.New(null, settings, host);
        var security = Security(arguments, run.Directory.Path, host);
        return WithHost(arguments, run.Directory.Path, security, null, logs, host, coordinator =>
        {
            var exit = CoordinatorRun.Run(
                coordinator, run, $"coordinator --job {file}", arguments.WorkersMin, arguments.Json, interrupts, host);
            if (arguments.Stay)
            {
                interrupts.Stop.WaitHandle.WaitOne();
            }

            return exit;
        });
    }

    private static int Serve(
        CoordinatorArguments arguments, Interrupts interrupts, ILoggerFactory logs, CliHost host)
    {
        var folder = host.Absolute(arguments.RunDirectory ?? RunDirectory.RootName);
        using var runs = ServiceFolder.Open(folder, host);
        var security = Security(arguments, folder, host);
        return WithHost(arguments, folder, security, runs.Prepare, logs, host, coordinator =>
        {
            if (runs.Unfinished() is { } unfinished)
            {
                coordinator.Desk.Submit(unfinished);
            }

            try
            {
                while (true)
                {
                    coordinator.Desk.NextAsync(interrupts.Stop).AsTask().GetAwaiter().GetResult();
                    using var run = runs.Take();
                    CoordinatorRun.Run(
                        coordinator, run, "coordinator", arguments.WorkersMin, arguments.Json, interrupts, host);
                    if (!interrupts.Stop.IsCancellationRequested)
                    {
                        runs.SetFinished();
                    }
                }
            }
            catch (OperationCanceledException) when (interrupts.Stop.IsCancellationRequested)
            {
                return ExitCodes.SignalBase + interrupts.Signal;
            }
        });
    }

    private static LinkSecurity Security(CoordinatorArguments arguments, string folder, CliHost host)
    {
        var security = arguments.Security.ForCoordinator(folder, host);
        var (hasToken, isInsecure) = (arguments.Security.TokenFile is not null, arguments.Security.Insecure);
        ListenAddress.CheckSafe(
            "--listen", ListenAddress.Parse("--listen", arguments.Listen), security, hasToken, isInsecure);
        ListenAddress.CheckSafe(
            "--data-listen", DataListen(arguments), security, hasToken, isInsecure);
        return security;
    }

    private static System.Net.IPEndPoint DataListen(CoordinatorArguments arguments)
    {
        if (arguments.DataListen is not null || arguments.Listen is null)
        {
            return ListenAddress.Parse("--data-listen", arguments.DataListen);
        }

        // Whoever is reached for control is reached for data at the same address.
        return new System.Net.IPEndPoint(ListenAddress.Parse("--listen", arguments.Listen).Address, 0);
    }

    private static int WithHost(
        CoordinatorArguments arguments, string folder, LinkSecurity security,
        Func<SubmitJobRequest, JobTicket>? prepare, ILoggerFactory logs, CliHost host, Func<CoordinatorHost, int> run)
    {
        var options = CoordinatorRun.Options(folder, security, arguments.WorkersMin, null, logs, host) with
        {
            Listen = ListenAddress.Parse("--listen", arguments.Listen),
            DataListen = DataListen(arguments),
            AdvertisedHost = OwnHost.ByName(arguments.Advertise, ListenAddress.Parse("--listen", arguments.Listen)),
        };
        var coordinator = CoordinatorHost.StartAsync(options, prepare, logs).GetAwaiter().GetResult();
        try
        {
            using var health = Probes.Start(
                arguments.Health, () => new Health(true, true, $"coordinator at {coordinator.Address}"));
            host.Error.WriteLine(
                $"coordinator at {coordinator.Address}; join with: distributed worker --join {coordinator.Address}"
                + (arguments.Security.TokenFile is null ? $" (or --join {DataPath.ShortPath(folder, host)})" : ""));
            return run(coordinator);
        }
        finally
        {
            coordinator.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
