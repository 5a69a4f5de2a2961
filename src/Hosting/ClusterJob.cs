using Distributed.Cluster.Links;
using Distributed.Coordinator;
using Distributed.Coordinator.Membership;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Disks;
using Distributed.Engine.Jobs;
using Distributed.Engine.Training;
using Distributed.Hosting.Telemetry;
using Distributed.Training;
using Distributed.Training.Runs;
using Distributed.Worker.Replicas;

namespace Distributed.Hosting;

/// <summary>
/// One job on a cluster, seen from the coordinator's process: journal, checkpoints and metrics in a run directory, and
/// the actors that lead it. Made anew in the same directory it goes on where the one before it ended, however that was.
/// </summary>
public sealed class ClusterJob : IDisposable
{
    /// <summary>How long the end waits for the journal; who resumes a job does without its last entries.</summary>
    private static readonly TimeSpan SettlingMax = TimeSpan.FromSeconds(10);

    private readonly ReplicaJob _replicas;
    private readonly DataSplit _data;
    private readonly ComputeThread _storeThread = new("store");
    private readonly ComputeThread _journalThread = new("journal");
    private readonly FileJobJournal _journal;
    private readonly CollectingJobStore _store;
    private readonly ClusterJobOptions _options;

    /// <summary>Opens the run directory's journal, checkpoints and metrics.</summary>
    /// <remarks>Errors: UserErrorException where the job does not fit the data, or a file is damaged.</remarks>
    public ClusterJob(ClusterJobOptions options, JobTicket ticket, IDataLink link)
    {
        var (job, data, directory) = (ticket.Job, ticket.Data, ticket.Directory);
        (_options, _data, Ticket) = (options, data, ticket);
        _replicas = ReplicaJob.Of(job, data);
        DataIdentity = Training.Runs.DataIdentity.Of(data);
        Document = JobDocument.Of(job, data);
        _journal = new FileJobJournal(
            Path.Combine(directory.Path, "journal"), LocalDisk.Instance, _journalThread);
        var checkpoints = new CheckpointStore(directory.CheckpointsPath);
        FirstStep = Math.Max(_journal.Found.Committed, checkpoints.Latest()?.Manifest.Step ?? 0);
        Metrics = MetricsLog.Open(
            directory.MetricsPath, FirstStep, StepsPerEpoch, data.Train.Task == TaskKind.Classification);
        var document = Document.ToJson();
        _store = new CollectingJobStore(
            () => new TrainingState(_replicas.Graph.Layout, _replicas.Optimizer), checkpoints,
            cursor => new CheckpointManifest
            {
                Step = cursor.Step,
                Cursor = JobDocument.ToManifest(cursor, StepsPerEpoch),
                Job = document,
                DataSha256 = DataIdentity,
                WrittenBy = options.WrittenBy,
            },
            link, _storeThread, Metrics.Reached);
    }

    public JobTicket Ticket { get; }

    public Job Job => Ticket.Job;

    /// <summary>What workers are told of the job.</summary>
    public JobDocument Document { get; }

    /// <summary>SHA-256 of the data's content hashes.</summary>
    public string DataIdentity { get; }

    public MetricsLog Metrics { get; }

    /// <summary>Steps that were told to be committed before this process.</summary>
    public long FirstStep { get; }

    public int StepsPerEpoch => _replicas.Schedule.StepsPerEpoch;

    public long StepsTotal => (long)Job.Epochs * StepsPerEpoch;

    /// <summary>Parameters of the model.</summary>
    public int ParameterCount => _replicas.Graph.Layout.Length;

    /// <summary>Runs the job to its end.</summary>
    /// <param name="listener">Where workers' links come in.</param>
    /// <param name="observer">Called with every event, one at a time.</param>
    /// <param name="started">Called with the coordinator, which answers questions from then on.</param>
    /// <param name="telemetry">Times the checkpoints.</param>
    /// <remarks>
    /// Errors: none are thrown for what happens inside the job; it ends with <see cref="JobFailed"/>. What the observer
    /// throws ends the job and is thrown on.
    /// </remarks>
    internal async Task<JobEnded> RunAsync(
        IControlListener listener, Action<JobEvent> observer, Action<IActorRef> started, JobTelemetry telemetry)
    {
        var starting = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<JobEnded>(TaskCreationOptions.RunContinuationsAsynchronously);
        // What happens to members is told as events; the log has what goes wrong.
        var system = ActorRuntime.Start(
            "coordinator",
            new ActorRuntimeOptions { LoggerFactory = _options.Logs, LogLevel = LogLevel.WarningLevel });
        var journal = new JournalAfterMetrics(_journal, Metrics);
        var (options, clock, links) = (CoordinatorOptions(), _options.Clock, _options.Links);
        var store = new MeasuredStore(_store, telemetry);
        Func<IActorRef, Props> leader = observing => Props.Create(
            () => new CoordinatorActor(options, store, journal, observing, clock));
        Action<JobEvent> observe = happened =>
        {
            Metrics.Observe(happened);
            observer(happened);
        };
        try
        {
            var workers = Array.Empty<Func<IActorRef, Props>>(); // they are other processes
            system.ActorOf(Props.Create(() => new JobActor(leader, workers, observe, starting, ended)), "job");
            var coordinator = await starting.Task;
            system.ActorOf(Props.Create(() => new Acceptor(listener, coordinator, links, clock)), "links");
            started(coordinator);
            return await ended.Task;
        }
        finally
        {
            await system.Terminate();
            await journal.Settled.WaitAsync(SettlingMax, _options.Clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        // What was given to the two threads is still done before their files are closed.
        _storeThread.Run(ComputeKind.Checkpoint, () => true).GetAwaiter().GetResult();
        _journalThread.Run(ComputeKind.Journal, () => true).GetAwaiter().GetResult();
        _storeThread.Dispose();
        _journalThread.Dispose();
        _journal.Dispose();
        Metrics.Dispose();
    }

    private CoordinatorOptions CoordinatorOptions() => new()
    {
        Workers = _options.WorkersMin,
        Epochs = Job.Epochs,
        StepsPerEpoch = StepsPerEpoch,
        Microbatches = Job.Microbatches,
        Shape = new StateShape(ParameterCount, _replicas.Optimizer.Slots.Count > 0),
        Evaluates = _data.Test is not null,
        TestSamples = _data.Test?.Count ?? 0,
        TestWeight = _data.Test is { } test ? BatchWeight.Whole(_replicas.Graph.Loss, test) : null,
        CountsHits = _replicas.Graph.CountsHits,
        RatePlateau = _replicas.Optimizer.Schedule.Watches,
        EarlyStop = Job.EarlyStopPlateau,
        RestoresBest = _replicas.Optimizer.KeepsBest,
        Recovery = new RecoveryOptions { GatherBound = _options.GatherBound },
    };
}
