using System.Threading.Channels;
using Distributed.Cluster.Links;
using Distributed.Coordinator;
using Distributed.Coordinator.Membership;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Training;
using Distributed.Training.Runs;
using Distributed.Worker;
using Distributed.Worker.Replicas;

namespace Distributed.Training.Tests.Threads;

/// <summary>
/// Goal: what the simulation shows in one thread holds on many. Method: coordinator, workers with replicas of their
/// own, links and compute on real threads of this process; workers are killed while training.
/// </summary>
public sealed class ThreadedClusterTests : IDisposable
{
    private const string Coordinator = "coordinator";

    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(2);
    private static readonly Job Job = new() { Model = "mlp:24", Epochs = 2, BatchSize = 512, MicrobatchSize = 32 };
    private static readonly DataSplit Data = DataCatalog.Load(Job.DataOptions);

    private Job _job = Job;
    private DataSplit _data = Data;

    private readonly MemoryNetwork _network = new();
    private readonly List<IDisposable> _threads = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("cluster").FullName;
    private readonly ActorSystem _system = ActorSystem.Create("cluster");
    private readonly Channel<JobEvent> _events = Channel.CreateUnbounded<JobEvent>();

    public void Dispose()
    {
        _network.Dispose();
        _threads.ForEach(thread => thread.Dispose());
        _system.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 0, 3)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 0, 4)]
    [InlineData(3, 0, 1)]
    [InlineData(3, 0, 3)]
    [InlineData(4, 2, 1)]
    [InlineData(4, 2, 2)]
    public Task Cluster_EndsWithTheFingerprintOfOneProcess_OnRealThreads(int workers, int killed, int threads) =>
        EndsWithTheFingerprintOfOneProcess(workers, killed, threads);

    /// <summary>Two moments, squares that everyone needs, epochs' losses, parameters that are put back.</summary>
    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 2)]
    public Task Cluster_EndsWithTheFingerprintOfOneProcess_WithAdamClippingPlateauAndEarlyStop(int workers, int killed)
    {
        _job = Job with
        {
            Epochs = 12,
            Optimizer = "adam",
            LearningRate = 0.02f,
            ClipNorm = 0.3f,
            Warmup = 5,
            Schedule = "plateau:0,0.5",
            EarlyStop = 2,
            RestoreBest = true,
        };
        return EndsWithTheFingerprintOfOneProcess(workers, killed, threads: 1);
    }

    /// <summary>Samples count differently, and were packed, as they are for workers without files.</summary>
    [Fact]
    public Task Cluster_EndsWithTheFingerprintOfOneProcess_WithWeightsThatWereSent()
    {
        static float[] Draw(int count, int by) => [.. Enumerable.Range(0, count).Select(i => i * by % 101 / 50f)];
        TableSet Part(int count) => new(
            "table", 3, Draw(count * 3, 37), [.. Enumerable.Range(0, count).Select(i => (float)(i % 4))], 4, null,
            Draw(count, 7));
        _job = Job with { Model = "[residual([linear(6), tanh], shortcut=[linear(6)]), linear(4)]", BatchSize = 128 };
        _data = DataPack.Unpack(DataPack.Pack(new DataSplit(Part(700), Part(90))));
        return EndsWithTheFingerprintOfOneProcess(workers: 3, killed: 1, threads: 2);
    }

    private async Task EndsWithTheFingerprintOfOneProcess(int workers, int killed, int threads)
    {
        var trainer = new Trainer(_job, _data, workers: 1);
        var truth = Assert.IsType<JobDone>(await trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { }));
        StartCoordinator(workers);
        for (var i = 0; i < workers; i++)
        {
            StartWorker($"worker-{i}", threads);
        }

        var story = new List<string>();
        var (changes, toKill) = (0, new Queue<string>(Enumerable.Range(0, killed).Select(i => $"worker-{i}")));
        await foreach (var happened in _events.Reader.ReadAllAsync(new CancellationTokenSource(Ample).Token))
        {
            changes += happened is MembersChanged ? 1 : 0;
            if (happened is MembershipEvent)
            {
                story.Add($"{happened}");
            }

            if (happened is StepsCommitted { FirstStep: > 3 } && changes > killed - toKill.Count
                && toKill.TryDequeue(out var victim))
            {
                _network.Kill(victim);
            }

            if (happened is JobEnded end)
            {
                Assert.Equal(truth.Fingerprint, Assert.IsType<JobDone>(end).Fingerprint);
                Assert.True(workers - killed == ((JobDone)end).Workers, $"{end}\n{string.Join('\n', story)}");
                return;
            }
        }
    }

    private void StartCoordinator(int workers)
    {
        var trainer = new Trainer(_job, _data, workers: 1);
        var data = _network.Data(Coordinator);
        var store = new CollectingJobStore(
            () => new TrainingState(trainer.State.Layout, trainer.State.Optimizer),
            new CheckpointStore(Path.Combine(_folder, "checkpoints")),
            cursor => new CheckpointManifest
            {
                Step = cursor.Step,
                Cursor = JobDocument.ToManifest(cursor, trainer.Schedule.StepsPerEpoch),
                Job = JobDocument.Of(_job, _data).ToJson(),
                DataSha256 = DataIdentity.Of(_data),
                WrittenBy = "test",
            },
            data, Compute("store"));
        var journal = new FileJobJournal(
            Path.Combine(_folder, "journal"), Engine.Disks.LocalDisk.Instance, Compute("journal"));
        var options = new CoordinatorOptions
        {
            Workers = workers,
            Epochs = _job.Epochs,
            StepsPerEpoch = trainer.Schedule.StepsPerEpoch,
            Microbatches = _job.Microbatches,
            Shape = new StateShape(trainer.State.Layout.Length, trainer.State.Slots.Count > 0, Buckets: 3),
            Evaluates = true,
            TestSamples = _data.Test!.Count,
            CountsHits = true,
            RatePlateau = trainer.State.Optimizer.Schedule.Watches,
            EarlyStop = _job.EarlyStopPlateau,
            RestoresBest = _job.RestoreBest,
            Recovery = new RecoveryOptions(),
        };
        var (events, control, links) = (_events.Writer, _network.Control(data), new LinkOptions());
        var observer = _system.ActorOf(Props.Create(() => new Observer(events)));
        var coordinator = _system.ActorOf(Props.Create(
            () => new CoordinatorActor(options, store, journal, observer, TimeProvider.System)), Coordinator);
        _system.ActorOf(Props.Create(() => new Acceptor(control, coordinator, links, TimeProvider.System)));
    }

    private void StartWorker(string name, int threads)
    {
        var data = _network.Data(name);
        var team = new ComputeTeam(name, threads);
        _threads.Add(team);
        var work = new ReplicaShardWork(ReplicaJob.Of(_job, _data), team, data, TimeProvider.System);
        var options = new WorkerOptions { Name = name, Node = name, DataAddress = name };
        var (control, links) = (_network.Control(data), new LinkOptions());
        var dialer = _system.ActorOf(
            Props.Create(() => new Dialer(control, Coordinator, links, TimeProvider.System)));
        _system.ActorOf(Props.Create(() => new WorkerActor(options, dialer, work)), name);
    }

    private ComputeThread Compute(string name)
    {
        var thread = new ComputeThread(name);
        _threads.Add(thread);
        return thread;
    }

    private sealed class Observer : ReceiveActor
    {
        public Observer(ChannelWriter<JobEvent> events) => Receive<JobEvent>(happened => events.TryWrite(happened));
    }
}
