using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Worker.Tests;

public sealed class WorkerActorTests : TestKit
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    [Fact]
    public void Worker_Joins_WhenItStarts()
    {
        var (coordinator, _) = Start(new ScriptedWork());
        Assert.Equal("worker-0", coordinator.ExpectMsg<Join>(Ample).Name);
    }

    [Fact]
    public void Worker_StopsItself_WhenItsCoordinatorIsGone()
    {
        var (coordinator, worker) = Start(new ScriptedWork());
        Watch(worker);
        Sys.Stop(coordinator.Ref);
        ExpectTerminated(worker, Ample);
    }

    [Fact]
    public void Worker_DropsAPlan_WhenItsGenerationIsOver()
    {
        var (coordinator, worker) = Start(new ScriptedWork());
        coordinator.ExpectMsg<Join>(Ample);
        worker.Tell(Plan(generation: 5, step: 10), coordinator.Ref);
        Assert.Equal(10, coordinator.ExpectMsg<TrainDone>(Ample).FirstStep);
        worker.Tell(Plan(generation: 4, step: 11), coordinator.Ref);
        worker.Tell(Plan(generation: 6, step: 12), coordinator.Ref);
        Assert.Equal(12, coordinator.ExpectMsg<TrainDone>(Ample).FirstStep);
    }

    [Fact]
    public void Worker_DropsAResult_WhenANewGenerationBeganMeanwhile()
    {
        using var hold = new ManualResetEventSlim();
        var work = new ScriptedWork { Before = plan => _ = plan.Generation > 1 || hold.Wait(Ample) };
        var (coordinator, worker) = Start(work);
        coordinator.ExpectMsg<Join>(Ample);
        worker.Tell(Plan(generation: 1, step: 10), coordinator.Ref);
        worker.Tell(Plan(generation: 2, step: 20), coordinator.Ref);
        worker.Tell(new Identify(1), coordinator.Ref);
        coordinator.ExpectMsg<ActorIdentity>(Ample);
        hold.Set();
        Assert.Equal(20, coordinator.ExpectMsg<TrainDone>(Ample).FirstStep);
    }

    [Fact]
    public void Worker_ReportsPhaseStepAndReason_WhenItsSamplesCannotBeRead()
    {
        var train = new SmallJob.Blobs(SmallJob.Samples) { Unreadable = 17 };
        var job = SmallJob.Create(workers: 2, train: train);
        var coordinator = CreateTestProbe();
        using var one = new ComputeThread("one");
        using var two = new ComputeThread("two");
        foreach (var (thread, rank) in new[] { (one, 0), (two, 1) })
        {
            var reference = coordinator.Ref;
            var work = new LocalSteps(job, TimeProvider.System);
            var worker = Sys.ActorOf(Props.Create(() => new WorkerActor("w", reference, work, thread)));
            coordinator.ExpectMsg<Join>(Ample);
            worker.Tell(new TrainPlan(1, rank, 0, job.Schedule.StepsPerEpoch, Sharding.Equal(2)), reference);
        }

        var failures = new[] { coordinator.ExpectMsg<WorkFailed>(Ample), coordinator.ExpectMsg<WorkFailed>(Ample) };
        var own = Assert.Single(failures, failure => failure.Own);
        var place = Enumerable.Range(0, SmallJob.Samples).Single(i => job.Schedule.Order(0)[i] == 17);
        Assert.Equal($"compute, step {(place / SmallJob.BatchSize) + 1}", own.Phase);
        Assert.Equal("disk on fire", own.Reason);
        Assert.Contains("disk on fire", failures.Single(failure => !failure.Own).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_NamesStepMicrobatchAndLayerAndKeepsTheState_WhenALossIsNotFinite()
    {
        var train = new SmallJob.Blobs(SmallJob.Samples) { Poisoned = 40 };
        var job = SmallJob.Create(workers: 1, train: train);
        var place = Enumerable.Range(0, SmallJob.Samples).Single(i => job.Schedule.Order(0)[i] == 40);
        var (step, microbatch) = (place / SmallJob.BatchSize, place % SmallJob.BatchSize / SmallJob.MicrobatchSize);

        var done = new LocalSteps(job, TimeProvider.System)
            .Train(new TrainPlan(1, 0, 0, job.Schedule.StepsPerEpoch, Sharding.Equal(1)));
        Assert.Equal(step, done.Steps.Count);
        Assert.Equal(new NonFinite(step, float.NaN, microbatch, "linear1", "matmul+bias+relu"), done.NonFinite);

        var healthy = SmallJob.Create(workers: 1);
        if (step > 0)
        {
            new LocalSteps(healthy, TimeProvider.System).Train(new TrainPlan(1, 0, 0, step, Sharding.Equal(1)));
        }

        Assert.Equal(SmallJob.BitsOf(healthy.State), SmallJob.BitsOf(job.State));
    }

    [Fact]
    public void Evaluate_CoversEveryHeldOutSampleOnce_WhenWorkersShareIt()
    {
        var job = SmallJob.Create(workers: 3);
        var parts = Enumerable.Range(0, 3).Select(rank => new LocalSteps(job, TimeProvider.System)
            .Evaluate(new EvaluatePlan(1, rank, Sharding.Equal(3)))).ToList();
        var whole = new LocalSteps(job, TimeProvider.System).Evaluate(new EvaluatePlan(1, 0, Sharding.Equal(1)));
        Assert.Equal(whole.Losses, parts.SelectMany(part => part.Losses));
        Assert.Equal(whole.Hits, parts.SelectMany(part => part.Hits));
        Assert.Equal(17, whole.Losses.Count);
    }

    /// <summary>A lease's own report is one array; the steps themselves allocate nothing.</summary>
    [Fact]
    public void Train_AllocatesNothingPerStep_InTheSteadyState()
    {
        var job = SmallJob.Create(workers: 1, train: new SmallJob.Blobs(24 * 3000));
        var work = new LocalSteps(job, TimeProvider.System);
        work.Train(new TrainPlan(1, 0, 0, 10, Sharding.Equal(1)));
        var few = Allocated(work, firstStep: 10, steps: 100);
        var many = Allocated(work, firstStep: 110, steps: 2100);
        Assert.Equal(2000 * System.Runtime.CompilerServices.Unsafe.SizeOf<StepTotals>(), many - few);
    }

    private static long Allocated(LocalSteps work, long firstStep, int steps)
    {
        var sharding = Sharding.Equal(1);
        work.Train(new TrainPlan(1, 0, firstStep, 1, sharding));
        var plan = new TrainPlan(1, 0, firstStep, steps, sharding);
        var before = GC.GetAllocatedBytesForCurrentThread();
        work.Train(plan);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static TrainPlan Plan(long generation, long step) => new(generation, 0, step, 1, Sharding.Equal(1));

    private (TestProbe Coordinator, IActorRef Worker) Start(IShardWork work)
    {
        var coordinator = CreateTestProbe();
        var reference = coordinator.Ref;
        var compute = new ComputeThread("scripted");
        Sys.RegisterOnTermination(compute.Dispose);
        var worker = Sys.ActorOf(Props.Create(() => new WorkerActor("worker-0", reference, work, compute)));
        return (coordinator, worker);
    }

    private sealed class ScriptedWork : IShardWork
    {
        internal Action<TrainPlan> Before { get; init; } = _ => { };

        public TrainDone Train(TrainPlan plan)
        {
            Before(plan);
            return new TrainDone(plan.Generation, plan.Rank, plan.FirstStep, [], default, null);
        }

        public EvaluateDone Evaluate(EvaluatePlan plan) => new(plan.Generation, plan.Rank, [], []);
    }
}
