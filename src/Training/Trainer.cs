using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Coordinator;
using Distributed.Coordinator.Membership;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Layers;
using Distributed.Engine.Training;
using Distributed.Worker;
using Distributed.Worker.Local;

namespace Distributed.Training;

/// <summary>
/// A job in this process: one coordinator actor and several worker actors, each with a compute thread.
/// </summary>
/// <remarks>Build it, optionally load a checkpoint into <see cref="State"/>, then run it once.</remarks>
public sealed class Trainer
{
    /// <summary>
    /// Workers of one process cannot vanish without breaking their group; this bound is the last resort.
    /// </summary>
    private static readonly TimeSpan BarrierBound = TimeSpan.FromMinutes(10);

    private readonly TrainingGraph _graph;
    private readonly DataSplit _data;
    private readonly KernelPath _path;

    /// <summary>Checks the job, builds its model and initialises the parameters.</summary>
    /// <param name="path">Which kernels run. Default: the fastest of this machine.</param>
    /// <param name="model">A model built in code; takes the place of the one that the job names.</param>
    /// <remarks>Errors: UserErrorException with one line for any setting that does not do.</remarks>
    public Trainer(Job job, DataSplit data, int workers, KernelPath? path = null, Layer? model = null)
    {
        job.Validate(workers);
        (Job, Workers, _data, _path) = (job, workers, data, path ?? KernelPaths.Best);
        var optimizer = Catalog.Optimizer(job);
        Catalog.CheckHeldOut(job, data);
        _graph = Catalog.Graph(job, data.Train, model);
        Schedule = new BatchSchedule(data.Train.Count, job.SamplesPerStep, job.MicrobatchSize, job.Seed);
        State = new TrainingState(_graph.Layout, optimizer);
        _graph.Layout.Initialise(job.Seed, State.Parameters);
    }

    public Job Job { get; }

    public int Workers { get; }

    public BatchSchedule Schedule { get; }

    /// <summary>Parameters and optimizer state: the start before the run, the result after it.</summary>
    public TrainingState State { get; }

    /// <summary>Steps of the whole job.</summary>
    public long StepsTotal => (long)Job.Epochs * Schedule.StepsPerEpoch;

    /// <summary>Runs the job to its end.</summary>
    /// <remarks>
    /// Observer is called with every event, one at a time, on a thread of the actor system. Cancelling finishes the
    /// steps in flight, saves, and ends with <see cref="JobStopped"/>.
    /// Errors: none are thrown for what happens inside the job; it ends with <see cref="JobFailed"/>. What the
    /// observer throws ends the job and is thrown on.
    /// </remarks>
    public async Task<JobEnded> RunAsync(
        IJobStore store, Action<JobEvent> observer, CancellationToken cancellation = default)
    {
        var started = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<JobEnded>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var system = ActorSystem.Create("training");
        var (options, local) = (Options(), LocalJob());
        var threads = Enumerable.Range(0, Workers).Select(rank => new ComputeThread($"worker {rank}")).ToList();
        Func<IActorRef, Props> leader = jobActor => Props.Create(
            () => new CoordinatorActor(options, store, new NoJournal(), jobActor, TimeProvider.System));
        var workers = threads.Select(thread => WorkerProps(local, thread)).ToList();
        system.ActorOf(Props.Create(() => new JobActor(leader, workers, observer, started, ended)), "job");
        try
        {
            var coordinator = await started.Task;
            using var stopping = cancellation.Register(() => coordinator.Tell(new StopJob()));
            return await ended.Task;
        }
        finally
        {
            local.Group.Barrier.Break("the job has ended");
            threads.ForEach(thread => thread.Dispose());
            await system.Terminate();
        }
    }

    private static Func<IActorRef, Props> WorkerProps(LocalJob job, ComputeThread thread)
    {
        var work = new LocalShardWork(new LocalSteps(job, TimeProvider.System), thread);
        var options = new WorkerOptions { Name = thread.Name, Node = thread.Name };
        return finder => Props.Create(() => new WorkerActor(options, finder, work));
    }

    private CoordinatorOptions Options() => new()
    {
        Workers = Workers,
        Epochs = Job.Epochs,
        StepsPerEpoch = Schedule.StepsPerEpoch,
        Microbatches = Job.Microbatches,
        Shape = new StateShape(_graph.Layout.Length, State.Slots.Count > 0),
        Evaluates = _data.Test is not null,
        TestSamples = _data.Test?.Count ?? 0,
        TestWeight = _data.Test is { } test ? BatchWeight.Whole(_graph.Loss, test) : null,
        CountsHits = _graph.CountsHits,
        RatePlateau = State.Optimizer.Schedule.Watches,
        EarlyStop = Job.EarlyStopPlateau,
        RestoresBest = State.Optimizer.KeepsBest,
    };

    private LocalJob LocalJob()
    {
        var shardMax = Sharding.Equal(Workers).ShardMax(Job.SamplesPerStep, Job.MicrobatchSize);
        var plan = Worker.Local.LocalJob.PlanOf(
            _graph, State.Optimizer, Math.Min(shardMax * Job.MicrobatchSize, Job.SamplesPerStep), Job.MicrobatchSize,
            Job.SamplesPerStep);
        return new LocalJob
        {
            Graph = _graph,
            State = State,
            Schedule = Schedule,
            StepsTotal = StepsTotal,
            Data = _data,
            Path = _path,
            TrainingPlan = plan,
            EvaluationPlan = _graph.EvaluationPlan(Job.MicrobatchSize),
            Group = new SharedMemoryGroup(Workers, plan.Partials, Job.Microbatches, shardMax, BarrierBound),
        };
    }
}
