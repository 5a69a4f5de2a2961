using Distributed.Cli.Telemetry;
using Distributed.Cluster.Links.Grpc;
using Distributed.Hosting;

namespace Distributed.Cli.Clusters;

/// <summary>distributed worker: takes part in a coordinator's jobs until it is told to leave.</summary>
internal static class WorkerCommand
{
    internal static int Run(WorkerArguments arguments, CliHost host)
    {
        var options = Options(arguments, host);
        var collector = Collector.Find(arguments.Otlp, "worker", options.Name, host);
        using var parent = arguments.WithParent ? new ParentWatch() : null;
        using var interrupts = host.Listen();
        interrupts.IgnoresInterrupt = arguments.WithParent;
        using var logs = HostLogs.Create(host, collector, isQuiet: arguments.WithParent);
        using var worker = new WorkerHost(options, logs);
        using var telemetry = Exporters.Start(collector);
        using var health = Probes.Start(arguments.Health, () => new Health(
            true, worker.IsReady,
            worker.IsReady ? "worker with a coordinator" : "worker that looks for a coordinator"));
        worker.RunAsync(interrupts.Stop).GetAwaiter().GetResult();
        return interrupts.Signal == 0 ? ExitCodes.Done : ExitCodes.SignalBase + interrupts.Signal;
    }

    private static WorkerHostOptions Options(WorkerArguments arguments, CliHost host)
    {
        var target = CoordinatorTarget.Parse("--join", arguments.Join, host.Absolute);
        var security = arguments.Security.For(target, host);
        var listen = ListenAddress.Parse("--listen", arguments.Listen);
        ListenAddress.CheckSafe(
            "--listen", listen, security, arguments.Security.TokenFile is not null, arguments.Security.Insecure);
        var options = new WorkerHostOptions
        {
            Join = target,
            Threads = arguments.Threads,
            DataListen = listen,
            AdvertisedHost = OwnHost.Toward(target.Address, arguments.Advertise, listen),
            CacheFolder = arguments.CacheDirectory is { } cache ? host.Absolute(cache) : DefaultCache(),
            Security = security,
            Clock = host.Clock,
        };
        return arguments.Name is { } name ? options with { Name = name } : options;
    }

    private static string DefaultCache()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), "distributed", "data");
    }
}
