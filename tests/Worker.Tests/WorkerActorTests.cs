using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Worker.Tests;

public sealed class WorkerActorTests : TestKit
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    [Fact]
    public void Worker_Joins_WhenItsFinderHasFoundACoordinator()
    {
        var (coordinator, finder) = (CreateTestProbe(), CreateTestProbe());
        var options = new WorkerOptions { Name = "worker-0", Node = "node-0", DataAddress = "here:7101" };
        var reference = finder.Ref;
        var worker = Sys.ActorOf(Props.Create(() => new WorkerActor(options, reference, new ScriptedWork())));
        finder.ExpectMsg<FindCoordinator>(Ample);
        finder.Send(worker, new CoordinatorFound(coordinator.Ref));
        Assert.Equal(new Join("worker-0", "node-0", "here:7101"), coordinator.ExpectMsg<Join>(Ample));
    }

    [Fact]
    public void Worker_AsksItsFinderAgain_WhenItsCoordinatorIsGone()
    {
        var lead = new PlayedCoordinator(this);
        lead.Start(new ScriptedWork());
        lead.Finder.SetAutoPilot(NoAutoPilot.Instance);
        lead.Finder.ExpectMsg<FindCoordinator>(Ample);
        Sys.Stop(lead.Probe.Ref);
        lead.Finder.ExpectMsg<FindCoordinator>(Ample);
    }

    [Fact]
    public void Worker_DropsAPlan_WhenItsGenerationIsOver()
    {
        var lead = new PlayedCoordinator(this);
        var worker = lead.Start(new ScriptedWork());
        lead.Form(5, [worker]);
        lead.Tell(worker, Plan(generation: 5, step: 10));
        Assert.Equal(10, lead.Probe.ExpectMsg<TrainDone>(Ample).FirstStep);
        lead.Tell(worker, Plan(generation: 4, step: 11));
        lead.Form(6, [worker]);
        lead.Tell(worker, Plan(generation: 5, step: 12));
        lead.Tell(worker, Plan(generation: 6, step: 13));
        Assert.Equal(13, lead.Probe.ExpectMsg<TrainDone>(Ample).FirstStep);
    }

    [Fact]
    public void Worker_DropsAResult_WhenANewGenerationBeganMeanwhile()
    {
        var held = new TaskCompletionSource<TrainDone>();
        var work = new ScriptedWork { Training = plan => held.Task };
        var lead = new PlayedCoordinator(this);
        var worker = lead.Start(work);
        lead.Form(1, [worker]);
        lead.Tell(worker, Plan(generation: 1, step: 10));
        lead.Tell(worker, new Regroup(2, 0));
        lead.Probe.ExpectMsg<Standing>(Ample);
        held.SetResult(ScriptedWork.Done(Plan(generation: 1, step: 10)));
        work.Training = plan => Task.FromResult(ScriptedWork.Done(plan));
        lead.Tell(worker, PlayedCoordinator.FormOf(2, 0, 1));
        lead.Probe.ExpectMsg<Formed>(Ample);
        lead.Tell(worker, Plan(generation: 2, step: 20));
        Assert.Equal(20, lead.Probe.ExpectMsg<TrainDone>(Ample).FirstStep);
    }

    [Fact]
    public void Worker_ReportsPhaseStepAndReason_WhenItsSamplesCannotBeRead()
    {
        var train = new SmallJob.Blobs(SmallJob.Samples) { Unreadable = 17 };
        var job = SmallJob.Create(workers: 2, train: train);
        var lead = new PlayedCoordinator(this);
        using var one = new ComputeThread("one");
        using var two = new ComputeThread("two");
        var workers = new[] { one, two }
            .Select(thread => new LocalShardWork(new LocalSteps(job, TimeProvider.System), thread))
            .Select(work => lead.Start(work)).ToList();
        lead.Form(1, workers);
        for (var rank = 0; rank < 2; rank++)
        {
            lead.Tell(workers[rank], new TrainPlan(1, rank, 0, job.Schedule.StepsPerEpoch, Sharding.Equal(2)));
        }

        var failures = new[] { lead.Probe.ExpectMsg<WorkFailed>(Ample), lead.Probe.ExpectMsg<WorkFailed>(Ample) };
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
}
