using System.Net;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;
using Distributed.Hosting.Data;
using Distributed.Hosting.Telemetry;
using Distributed.Worker;
using Distributed.Worker.Replicas;
using Microsoft.Extensions.Logging;

namespace Distributed.Hosting;

/// <summary>How a worker process takes part; nothing of it changes a job's result.</summary>
public sealed record WorkerHostOptions
{
    /// <summary>The coordinator.</summary>
    public required CoordinatorTarget Join { get; init; }

    /// <summary>For people; default the machine's name and the process's number.</summary>
    public string Name { get; init; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Compute threads; default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Where the data link listens; default loopback, a port of the system.</summary>
    public IPEndPoint DataListen { get; init; } = ListenAddress.Default;

    /// <summary>The host that other workers dial; default the one that is listened at.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Where data that came from other machines are kept.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Token and certificates of both links.</summary>
    public required LinkSecurity Security { get; init; }

    /// <summary>How long a coordinator is looked for; default 10 min.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How silent links are noticed.</summary>
    public LinkOptions Links { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>
/// A worker process: asks its coordinator for a job, gets the job's data, takes part until the job is over, and asks
/// again.
/// </summary>
public sealed class WorkerHost : IDisposable
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    private readonly WorkerHostOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly WorkerLog _log;
    private readonly TcpDataLink _link;
    private readonly ComputeTeam _compute;
    private readonly string _node;
    private readonly TelemetrySource _telemetry = new();
    private readonly WorkerInstruments _instruments;
    private volatile WorkerJobTelemetry? _job;
    private volatile bool _waitsForJob;

    /// <summary>Opens the data link.</summary>
    /// <remarks>Errors: UserErrorException where its address cannot be listened at.</remarks>
    public WorkerHost(WorkerHostOptions options, ILoggerFactory logs)
    {
        (_options, _logs) = (options, logs);
        _log = new WorkerLog(logs.CreateLogger<WorkerHost>());
        _node = $"{options.Name}/{Environment.ProcessId}/{options.Clock.GetUtcNow().UtcTicks:x}";
        _link = new TcpDataLink(
            options.DataListen, options.AdvertisedHost, options.Security, new TcpDataLinkOptions(),
            logs.CreateLogger<TcpDataLink>(), options.Clock);
        _compute = new ComputeTeam(options.Name, options.Threads);
        _instruments = new WorkerInstruments(_telemetry.Meter);
        LinkInstruments.Add(_telemetry.Meter, _link.Traffic);
    }

    /// <summary>True while a coordinator is there: waiting for a job, or working on one.</summary>
    public bool IsReady => _job?.IsConnected ?? _waitsForJob;

    /// <summary>Works on one job after the other until it is told to leave.</summary>
    /// <param name="leave">Leave politely: others take over what this worker holds first.</param>
    /// <remarks>
    /// Errors: UserErrorException where the coordinator refuses this worker, cannot be found for as long as it is
    /// patient, or names data that cannot be had.
    /// </remarks>
    public async Task RunAsync(CancellationToken leave)
    {
        try
        {
            while (true)
            {
                var assignment = await NextJob(leave);
                await Work(assignment, leave);
            }
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            _log.Left(_options.Name);
        }
    }

    public void Dispose()
    {
        _link.Dispose();
        _compute.Dispose();
        _telemetry.Dispose();
    }

    private async Task<JobAssignment> NextJob(CancellationToken leave)
    {
        var (since, pause, told) = (_options.Clock.GetTimestamp(), PauseMin, "");
        while (true)
        {
            var reason = $"no coordinator has started in {_options.Join}";
            if (_options.Join.Address is { } address)
            {
                try
                {
                    using var client = new ControlClient(
                        address, _options.Security, new ControlClientOptions(), _options.Clock);
                    await client.StatusAsync(leave); // it is there, and takes this worker's word
                    _waitsForJob = true;
                    await foreach (var assignment in client.AwaitJobAsync(_options.Name, _node, leave))
                    {
                        return assignment;
                    }

                    reason = $"{address}: the coordinator has ended";
                }
                catch (ControlException error) when (!error.IsFinal)
                {
                    reason = error.Message;
                }
            }

            _waitsForJob = false;
            if (_options.Clock.GetElapsedTime(since) > _options.Patience)
            {
                throw new UserErrorException(
                    $"no coordinator for {_options.Patience.TotalMinutes:0} min: {reason}");
            }

            if (told != reason)
            {
                _log.Looking(reason);
                told = reason;
            }

            await _options.Clock.Pause(pause, leave);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    private async Task Work(JobAssignment assignment, CancellationToken leave)
    {
        var source = new DataSource(_link, new DataCache(_options.CacheFolder), _options.Clock, _log);
        var (job, data) = await source.Load(assignment, leave);
        var work = new ReplicaShardWork(ReplicaJob.Of(job, data), _compute, _link, _options.Clock);
        await using var dialer = new ControlDialer(
            _options.Security, new LinkIdentity(_options.Name, _node, assignment.JobId), new ControlClientOptions(),
            _options.Clock);
        using var telemetry = new WorkerJobTelemetry(
            _telemetry, _instruments, assignment.JobId, _options.Name, _options.Clock);
        var control = new CoordinatorDialer(_options.Join, new MeasuredDialer(dialer, telemetry));
        var worker = new WorkerOptions { Name = _options.Name, Node = _node, DataAddress = _link.Address };
        _log.Joins(assignment.JobId, job.Model, job.Data);
        _job = telemetry;
        var ended = await WorkerActors.RunAsync(worker, work, control, _options, _logs, leave);
        _job = null;
        _link.Reset();
        leave.ThrowIfCancellationRequested();
        _log.JobEnded(assignment.JobId, ended);
    }
}
