using System.Net;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Hosting.Data;
using Distributed.Hosting.Telemetry;
using Microsoft.Extensions.Logging;

namespace Distributed.Hosting;

/// <summary>How a coordinator process listens and leads; nothing of it changes a job's result.</summary>
public sealed record CoordinatorHostOptions
{
    /// <summary>Control link; default loopback, a port of the system.</summary>
    public IPEndPoint Listen { get; init; } = ListenAddress.Default;

    /// <summary>Data link; default loopback, a port of the system.</summary>
    public IPEndPoint DataListen { get; init; } = ListenAddress.Default;

    /// <summary>The host that workers dial; default the one that is listened at.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Token and certificates of both links.</summary>
    public required LinkSecurity Security { get; init; }

    /// <summary>Says where this coordinator is, for everyone on this machine.</summary>
    public required string Folder { get; init; }

    /// <summary>How jobs are run.</summary>
    public required ClusterJobOptions Jobs { get; init; }
}

/// <summary>
/// A coordinator process: both links, the calls of the command line, and one job at a time. Workers that come while
/// there is none wait for the next.
/// </summary>
public sealed class CoordinatorHost : IAsyncDisposable
{
    private readonly CoordinatorHostOptions _options;
    private readonly TcpDataLink _link;
    private readonly DataProvider _data;
    private readonly ControlServer _server;
    private readonly TelemetrySource _telemetry = new();
    private readonly CoordinatorInstruments _instruments;

    private CoordinatorHost(
        CoordinatorHostOptions options, Func<SubmitJobRequest, JobTicket>? prepare, ILoggerFactory logs)
    {
        _options = options;
        var clock = options.Jobs.Clock;
        _link = new TcpDataLink(
            options.DataListen, options.AdvertisedHost, options.Security, new TcpDataLinkOptions(),
            logs.CreateLogger<TcpDataLink>(), clock);
        _instruments = new CoordinatorInstruments(_telemetry.Meter);
        LinkInstruments.Add(_telemetry.Meter, _link.Traffic);
        _data = new DataProvider(_link);
        Desk = new JobDesk(prepare, clock);
        _server = new ControlServer(
            options.Listen, options.AdvertisedHost, options.Security, Desk, new ControlServerOptions(), logs, clock);
    }

    /// <summary>Where workers and callers reach it.</summary>
    public string Address => _server.Address;

    /// <summary>What callers ask, and what they are told.</summary>
    public JobDesk Desk { get; }

    /// <summary>Opens both links, and writes where they are into the folder.</summary>
    /// <param name="prepare">Makes a job of what is submitted; null where this coordinator has its one job already.
    /// </param>
    /// <remarks>Errors: UserErrorException where an address cannot be listened at.</remarks>
    public static async Task<CoordinatorHost> StartAsync(
        CoordinatorHostOptions options, Func<SubmitJobRequest, JobTicket>? prepare, ILoggerFactory logs)
    {
        var host = new CoordinatorHost(options, prepare, logs);
        try
        {
            await host._server.StartAsync();
            new CoordinatorFile(host.Address, Environment.ProcessId, options.Security.Token is not null)
                .Write(options.Folder);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a job's files.</summary>
    /// <remarks>Errors: UserErrorException where the job does not fit its data, or a file is damaged.</remarks>
    public ClusterJob Begin(JobTicket ticket) => new(_options.Jobs, ticket, _data);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="observer">Called with every event, one at a time.</param>
    /// <param name="describe">Puts an event into words for whoever watches; null for events that are not told.</param>
    /// <param name="stop">Finish the step, save, and end with <see cref="JobStopped"/>.</param>
    public async Task<JobEnded> RunAsync(
        ClusterJob job, Action<Coordinator.JobEvent> observer,
        Func<Coordinator.JobEvent, Cluster.Contracts.JobEvent?> describe, CancellationToken stop)
    {
        _data.Offer(job.DataIdentity, job.Ticket.Data);
        using var sheet = Desk.Begin(job, _link.Address, describe);
        using var stopping = stop.Register(() => sheet.Ask(new StopJob()));
        using var telemetry = new JobTelemetry(
            _telemetry, _instruments, job.Ticket.Id, job.Job.Model,
            job.Ticket.Data.Train.Task == TaskKind.Classification, _options.Jobs.Clock);
        var end = await job.RunAsync(
            _server,
            happened =>
            {
                telemetry.Observe(happened);
                sheet.Observe(happened);
                observer(happened);
            },
            sheet.SetCoordinator, telemetry);
        await Desk.WhenQuiet();
        return end;
    }

    public async ValueTask DisposeAsync()
    {
        CoordinatorFile.Remove(_options.Folder);
        await _server.DisposeAsync();
        _link.Dispose();
        _telemetry.Dispose();
    }
}
