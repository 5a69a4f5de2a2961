using Distributed.Cluster;
using Distributed.Cluster.Messages;

namespace Distributed.Worker.Tests;

/// <summary>The worker's states, with scripted work between a played finder and coordinator; time is virtual.</summary>
public sealed class WorkerConversationTests : TestKit
{
    private readonly VirtualTime _time;
    private readonly ScriptedWork _work = new();
    private readonly PlayedCoordinator _lead;
    private readonly IActorRef _worker;

    public WorkerConversationTests()
        : this(new VirtualTime())
    {
    }

    private WorkerConversationTests(VirtualTime time)
        : base(time)
    {
        _time = time;
        _lead = new PlayedCoordinator(this);
        _worker = _lead.Start(_work);
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
    }

    [Fact]
    public void Worker_GoesThroughAWholeGeneration_AndIntoTheNext()
    {
        _lead.Form(3, [_worker]);
        _lead.Tell(_worker, Plan(3, step: 0));
        Assert.Equal(0, _lead.Probe.ExpectMsg<TrainDone>().FirstStep);
        _lead.Tell(_worker, new SavePlan(3, JobCursor.Start, "store"));
        _lead.Tell(_worker, new EvaluatePlan(3, 0, Sharding.Equal(1)));
        _lead.Probe.ExpectMsg<EvaluateDone>();
        _lead.Form(4, [_worker]);
        _lead.Tell(_worker, new JobOver("done"));
        Watch(_worker);
        ExpectTerminated(_worker);
        Assert.Equal(
            [typeof(Regroup), typeof(Form), typeof(TrainPlan), typeof(SavePlan), typeof(EvaluatePlan),
                typeof(Regroup), typeof(Form)],
            _work.Asked.Select(asked => asked.GetType()));
    }

    [Fact]
    public void Worker_SaysWhatItMisses_WhenFormingTakesTooLong()
    {
        var held = new TaskCompletionSource<Formed>();
        _work.Forming = _ => held.Task;
        _work.Misses = new PeersLost(1, 0, [1], "no hello");
        _lead.Tell(_worker, new Regroup(1, 0));
        _lead.Probe.ExpectMsg<Standing>();
        _lead.Tell(_worker, PlayedCoordinator.FormOf(1, 0, 2));
        this.Settle();
        _time.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        _lead.Probe.ExpectNoMsg(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(_work.Misses, _lead.Probe.ExpectMsg<PeersLost>());
        held.SetResult(new Formed(1, 0));
        _lead.Probe.ExpectMsg<Formed>();
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_PassesALostPeerOn_UnlessItsGenerationIsOver()
    {
        _lead.Form(2, [_worker]);
        _work.Lose(new PeersLost(1, 0, [1], "closed"));
        _lead.Probe.ExpectNoMsg(TimeSpan.Zero);
        var lost = new PeersLost(2, 0, [1], "closed");
        _work.Lose(lost);
        Assert.Equal(lost, _lead.Probe.ExpectMsg<PeersLost>());
        AssertNothingUnhandled();
    }

    [Fact]
    public void StaleMessages_AreDropped_InEveryState()
    {
        _lead.Form(5, [_worker]);
        SendStale(4);
        _lead.Tell(_worker, new Regroup(6, 0));
        _lead.Probe.ExpectMsg<Standing>();
        SendStale(5);
        Assert.Equal(3, _work.Asked.Count);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_KeepsWhatItHoldsAndComesBack_WhenItsCoordinatorIsLost()
    {
        var next = CreateTestProbe();
        _work.Holdings = [new Holding(JobCursor.Start with { Step = 9 }, RangeSet.All(4))];
        _lead.Form(2, [_worker]);
        _lead.Finder.SetAutoPilot(NoAutoPilot.Instance);
        _lead.Finder.ExpectMsg<FindCoordinator>();
        Sys.Stop(_lead.Probe.Ref);
        _lead.Finder.ExpectMsg<FindCoordinator>();
        Assert.Equal(2, _work.Asked.OfType<Regroup>().Count()); // it has stopped by itself
        SendStale(2);
        _lead.Finder.Send(_worker, new CoordinatorFound(next.Ref));
        next.ExpectMsg<Join>();
        next.Send(_worker, new Regroup(3, 0));
        Assert.Equal(9, Assert.Single(next.ExpectMsg<Standing>().Holdings).Cursor.Step);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_AsksToLeave_OnceItHasACoordinatorAgain()
    {
        var next = CreateTestProbe();
        _lead.Finder.SetAutoPilot(NoAutoPilot.Instance);
        _lead.Finder.ExpectMsg<FindCoordinator>();
        Sys.Stop(_lead.Probe.Ref);
        _lead.Finder.ExpectMsg<FindCoordinator>();
        _worker.Tell(new LeaveJob());
        _lead.Finder.Send(_worker, new CoordinatorFound(next.Ref));
        next.ExpectMsg<Join>();
        next.ExpectMsg<Leave>();
        Watch(_worker);
        next.Send(_worker, new Released());
        ExpectTerminated(_worker);
    }

    [Fact]
    public void Worker_AsksToLeaveAtOnce_WhenItHasACoordinator()
    {
        _worker.Tell(new LeaveJob());
        _lead.Probe.ExpectMsg<Leave>();
    }

    [Fact]
    public void Worker_TellsItsOwnFailureFromAnothers_WhenWorkFails()
    {
        _lead.Form(1, [_worker]);
        var own = new WorkException("compute, step 3", new IOException("gone"));
        _work.Training = _ => Task.FromException<TrainDone>(own);
        _lead.Tell(_worker, Plan(1, step: 2));
        Assert.Equal(
            new WorkFailed(1, 0, "compute, step 3", "gone", Own: true), _lead.Probe.ExpectMsg<WorkFailed>());
        _work.Training = _ => Task.FromException<TrainDone>(new IOException("worker 1 failed"));
        _lead.Tell(_worker, Plan(1, step: 2));
        Assert.Equal(
            new WorkFailed(1, 0, "waiting for the other workers", "worker 1 failed", Own: false),
            _lead.Probe.ExpectMsg<WorkFailed>());
    }

    private static TrainPlan Plan(long generation, long step) => new(generation, 0, step, 1, Sharding.Equal(1));

    private void SendStale(long generation)
    {
        object[] stale =
        [
            new Regroup(generation, 0), PlayedCoordinator.FormOf(generation, 0, 1), Plan(generation, 7),
            new EvaluatePlan(generation, 0, Sharding.Equal(1)), new SavePlan(generation, JobCursor.Start, "store"),
            new Formed(generation, 0), ScriptedWork.Done(Plan(generation, 7)), new EvaluateDone(generation, 0, [], []),
            new WorkFailed(generation, 0, "compute", "stale", Own: true), new PeersLost(generation, 0, [1], "stale"),
        ];
        foreach (var message in stale)
        {
            _worker.Tell(message);
        }

        this.Settle();
    }

    private void AssertNothingUnhandled()
    {
        this.Settle();
        while (HasMessages)
        {
            Assert.IsNotType<UnhandledMessage>(ReceiveOne(TimeSpan.Zero));
        }
    }
}
