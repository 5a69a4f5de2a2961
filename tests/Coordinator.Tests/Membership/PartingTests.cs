using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests.Membership;

/// <summary>All members leave, and the job waits for others.</summary>
public sealed class PartingTests : RecoveryKit
{
    [Fact]
    public void AllMembers_AreReleased_OnceACheckpointIsWritten_AndOthersGoOnFromIt()
    {
        var workers = Begin(2);
        LeaveAll(workers);
        Assert.All(Expect<Released>(workers), released => Assert.NotNull(released));
        Assert.Equal([At(1)], Store.Saved);
        Assert.Equal(new CheckpointSaved(1, "checkpoint of 1"), Observed<CheckpointSaved>());
        Assert.Equal(new WorkerLeft("worker-0", 1), Observed<WorkerLeft>());
        this.Settle();
        Time.Advance(Recovery.Grace);
        TestProbe[] others = [Join("worker-8")];
        foreach (var asked in Expect<Regroup>(others).Zip(others))
        {
            asked.Second.Reply(new Standing(asked.First.Generation, [], 0, []));
        }

        Assert.All(Form(others), form => Assert.Equal(StartFrom.Checkpoint, form.Start));
        Assert.Equal(1, Expect<TrainPlan>(others)[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Members_StayUntilTheDiskWorks_WhenTheCheckpointBeforePartingFails()
    {
        var workers = Begin(2);
        Store.Failure = new IOException("no space left");
        LeaveAll(workers);
        Assert.Equal("no space left", Observed<CheckpointFailed>().Reason);
        Store.Failure = null;
        this.Settle();
        Time.Advance(Recovery.DiskRetryEvery);
        Expect<Released>(workers);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Coordinator_WaitsForEver_WithoutABoundForGathering()
    {
        Options = Options with { Recovery = Recovery with { GatherBound = null } };
        Start(workers: 1);
        for (var minute = 0; minute < 30; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            this.Settle();
        }

        Assert.False(Observer.HasMessages);
        Join("worker-0").FishForMessage<Regroup>(_ => true, Ample);
    }

    private void LeaveAll(TestProbe[] workers)
    {
        var plans = Expect<TrainPlan>(workers);
        foreach (var worker in workers)
        {
            Coordinator.Tell(new Leave(), worker.Ref);
        }

        Answer(workers, plans);
    }
}
