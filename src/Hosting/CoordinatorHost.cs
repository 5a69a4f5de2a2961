using System.Net;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Coordinator;
using Distributed.Hosting.Data;
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

    /// <summary>Puts an event into words, for whoever watches; null for events that are not told.</summary>
    public required Func<JobEvent, Contracts.JobEvent?> Describe { get; init; }

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

    private CoordinatorHost(
        CoordinatorHostOptions options, Func<SubmitJobRequest, JobTicket>? prepare, ILoggerFactory logs)
    {
        _options = options;
        var clock = options.Jobs.Clock;
        _link = new TcpDataLink(
            options.DataListen, options.AdvertisedHost, options.Security, new TcpDataLinkOptions(),
            logs.CreateLogger<TcpDataLink>(), clock);
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

    /// <summary>Runs a job to its end.</summary>
    /// <param name="observer">Called with every event, one at a time.</param>
    /// <param name="stop">Finish the step, save, and end with <see cref="JobStopped"/>.</param>
    /// <remarks>Errors: UserErrorException where the job cannot be begun; else it ends with an event.</remarks>
    public async Task<JobEnded> RunAsync(JobTicket ticket, Action<Coordinator.JobEvent> observer, CancellationToken stop)
    {
        using var job = new ClusterJob(_options.Jobs, ticket, _data);
        _data.Offer(job.DataIdentity, ticket.Data);
        using var sheet = Desk.Begin(job, _link.Address, _options.Describe);
        using var stopping = stop.Register(() => sheet.Ask(new StopJob()));
        return await job.RunAsync(
            _server,
            happened =>
            {
                sheet.Observe(happened);
                observer(happened);
            },
            sheet.SetCoordinator);
    }

    public async ValueTask DisposeAsync()
    {
        CoordinatorFile.Remove(_options.Folder);
        await _server.DisposeAsync();
        _link.Dispose();
    }
}
