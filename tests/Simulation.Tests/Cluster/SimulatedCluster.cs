using Distributed.Cluster.Links;
using Distributed.Coordinator;
using Distributed.Engine.Checkpoints;
using Distributed.Simulation.Disks;
using Distributed.Training.Runs;
using Distributed.Worker;
using Distributed.Worker.Replicas;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// The shipping coordinator and workers of one job on simulated machines: what a program's main would do, done for
/// every node.
/// </summary>
internal sealed class SimulatedCluster
{
    internal const string CoordinatorName = "coordinator";

    private const string RunDirectory = "/run";

    private static readonly LinkOptions Links = new();
    private static readonly System.Text.Json.JsonElement Document =
        System.Text.Json.JsonDocument.Parse("{}").RootElement;

    private readonly SimulatedJob _job;
    private readonly int _workersAtStart;
    private readonly Monitors _monitors;
    private readonly Func<CoordinatorOptions, CoordinatorOptions> _adapt;
    private readonly Dictionary<SimulatedNode, ReplicaShardWork> _works = [];
    private readonly Dictionary<SimulatedNode, IActorRef> _hosts = [];

    /// <param name="adapt">Changes how the coordinator is set up; null leaves it as many small runs need it.</param>
    internal SimulatedCluster(
        Simulator simulator, SimulatedJob job, int workers, Monitors monitors,
        Func<CoordinatorOptions, CoordinatorOptions>? adapt = null)
    {
        (Simulator, _job, _workersAtStart, _monitors) = (simulator, job, workers, monitors);
        _adapt = adapt ?? (options => options);
        var draws = simulator.Random(DrawPurpose.Disk);
        Disk = new SimulatedDisk(draws.Below);
        Coordinator = simulator.AddNode(CoordinatorName);
        for (var i = 0; i < workers; i++)
        {
            AddWorker();
        }
    }

    internal Simulator Simulator { get; }

    internal SimulatedNode Coordinator { get; }

    /// <summary>The coordinator's.</summary>
    internal SimulatedDisk Disk { get; }

    /// <summary>All that ever were, running or not.</summary>
    internal List<SimulatedNode> Workers { get; } = [];

    /// <summary>Steps that any worker has done.</summary>
    internal long StepReached =>
        _works.Values.Select(work => work.Replica.Current.Cursor?.Step ?? 0).DefaultIfEmpty().Max();

    internal SimulatedNode AddWorker()
    {
        var node = Simulator.AddNode($"worker-{Workers.Count}");
        Workers.Add(node);
        return node;
    }

    internal void Start()
    {
        Coordinator.Start(BootCoordinator);
        Workers.ForEach(worker => worker.Start(BootWorker));
    }

    internal void StartWorker(SimulatedNode node) => node.Start(BootWorker);

    /// <summary>Starts a coordinator that has died again, on the disk it has left.</summary>
    internal void RestartCoordinator(bool powerLost)
    {
        Disk.Restart(powerLost);
        Coordinator.Start(BootCoordinator);
    }

    /// <summary>Ends a worker's process; what it held is gone.</summary>
    internal void CrashWorker(SimulatedNode node, CrashKind kind = CrashKind.Process)
    {
        node.Crash(kind);
        _works.Remove(node);
    }

    /// <summary>What each running worker holds.</summary>
    internal IEnumerable<(SimulatedNode Node, Replica Replica)> Replicas()
    {
        foreach (var node in Workers)
        {
            if (_works.TryGetValue(node, out var work))
            {
                yield return (node, work.Replica);
            }
        }
    }

    /// <summary>Frames that the protocol cannot explain, of all workers.</summary>
    internal long UnexpectedFrames => _works.Values.Sum(work => work.UnexpectedFrames);

    /// <summary>Asks a running worker to leave politely.</summary>
    internal void Leave(SimulatedNode node)
    {
        if (_hosts.TryGetValue(node, out var host))
        {
            host.Tell(new LeaveJob(), ActorRefs.NoSender);
        }
    }

    private void BootWorker(SimulatedNode node)
    {
        var system = StartSystem(node);
        var work = new ReplicaShardWork(_job.Replica, node.Compute, node.Data, node.Clock);
        _works[node] = work;
        var options = new WorkerOptions
        {
            Name = node.Name,
            Node = $"{node.Name}.{node.Incarnation}",
            DataAddress = node.Name,
        };
        var (transport, clock) = (node.Control, node.Clock);
        var dialer = system.ActorOf(
            Props.Create(() => new Dialer(transport, CoordinatorName, Links, clock)), "dialer");
        var worker = Props.Create(() => new WorkerActor(options, dialer, work));
        Action ended = () =>
        {
            _monitors.OnWorkerEnded(node, work.Replica);
            node.After(TimeSpan.Zero, () => CrashWorker(node));
        };
        _hosts[node] = system.ActorOf(Props.Create(() => new Host(worker, ended)), "host");
    }

    private void BootCoordinator(SimulatedNode node)
    {
        try
        {
            StartCoordinator(node);
        }
        catch (SimulatedCrashException)
        {
            node.After(TimeSpan.Zero, () => node.Crash(CrashKind.PowerFailure));
        }
        catch (IOException)
        {
            // As a program would: it ends, and whoever keeps it running starts it again.
            node.After(TimeSpan.FromMilliseconds(1), () => node.Crash());
        }
    }

    private void StartCoordinator(SimulatedNode node)
    {
        var schedule = _job.Replica.Schedule;
        var journal = new FileJobJournal($"{RunDirectory}/journal", Disk, node.Compute, recordsMax: 7);
        var store = new CollectingJobStore(
            _job.NewState, new CheckpointStore($"{RunDirectory}/checkpoints", Disk),
            cursor => new CheckpointManifest
            {
                Step = cursor.Step,
                Cursor = JobDocument.ToManifest(cursor, schedule.StepsPerEpoch),
                Job = Document,
                DataSha256 = "points",
                WrittenBy = "simulation",
            },
            node.Data, node.Compute);
        _monitors.OnJournalOpened(journal.Found);
        _monitors.OnStoreOpened(store.Newest);
        var system = StartSystem(node);
        var (options, transport, clock) = (_adapt(Options()), node.Control, node.Clock);
        Action<object> observed = happened => _monitors.OnEvent((JobEvent)happened);
        var observer = system.ActorOf(Props.Create(() => new Observer(observed)), "observer");
        var coordinator = system.ActorOf(
            Props.Create(() => new CoordinatorActor(options, store, journal, observer, clock)), "coordinator");
        system.ActorOf(Props.Create(() => new Acceptor(transport, coordinator, Links, clock)), "acceptor");
    }

    private CoordinatorOptions Options() => new()
    {
        Workers = _workersAtStart,
        Epochs = _job.Epochs,
        StepsPerEpoch = _job.Replica.Schedule.StepsPerEpoch,
        Microbatches = _job.Microbatches,
        Shape = _job.Shape,
        Evaluates = true,
        TestSamples = _job.Replica.Data.Test!.Count,
        CountsHits = true,
        CheckpointEvery = TimeSpan.FromMilliseconds(200),
        CheckpointPause = TimeSpan.Zero,
        PlanBound = TimeSpan.FromMinutes(5),
        Recovery = new RecoveryOptions { Grace = Monitors.Grace },
    };

    private ActorSystem StartSystem(SimulatedNode node)
    {
        var system = ActorRuntime.Start(node.Name, node.RuntimeOptions);
        Action<object> unhandled = message => _monitors.Hurt(
            "no unhandled message", $"{node.Name}: {message}");
        var listener = system.ActorOf(Props.Create(() => new Observer(unhandled)), "unhandled");
        system.EventStream.Subscribe<UnhandledMessage>(listener);
        Action<object> logged = line => OnLogged(node, (LogEvent)line);
        system.EventStream.Subscribe<LogEvent>(system.ActorOf(Props.Create(() => new Observer(logged)), "log"));
        return system;
    }

    private void OnLogged(SimulatedNode node, LogEvent line)
    {
        if (line.Level == LogLevel.ErrorLevel)
        {
            _monitors.Hurt("no actor fails", $"{node.Name}: {line.Message}");
        }
    }

    /// <summary>A worker's process: ends when its worker does.</summary>
    private sealed class Host : ReceiveActor
    {
        public Host(Props worker, Action ended)
        {
            var child = Context.Watch(Context.ActorOf(worker, "worker"));
            Receive<LeaveJob>(child.Forward);
            Receive<Terminated>(_ => ended());
        }
    }

    private sealed class Observer : ReceiveActor
    {
        public Observer(Action<object> observed) => ReceiveAny(observed);
    }
}
