using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

/// <summary>What a coordinator answers to those who ask it.</summary>
public sealed class AskingTests : RecoveryKit
{
    [Fact]
    public void Snapshot_NamesStateMembersAndReserves_InEveryState()
    {
        var asker = CreateTestProbe("asker");
        Start(workers: 2);
        Assert.Equal(CoordinatorState.Gathering, Snapshot(asker).State);
        TestProbe[] workers = [Join("worker-0"), Join("worker-1")];
        var gathered = Snapshot(asker);
        Assert.Equal((CoordinatorState.Regrouping, 1L), (gathered.State, gathered.Generation));
        Assert.Empty(gathered.Members);
        Assert.Equal("2 of 2 workers have joined", gathered.Reason);
        foreach (var worker in workers)
        {
            worker.FishForMessage<Regroup>(_ => true, Ample);
            worker.Reply(new Standing(1, [], 0, []));
        }

        Expect<Form>(workers);
        workers[0].Reply(new Formed(1, 0));
        Assert.Equal(["formed", "forming"], Snapshot(asker).Members.Select(member => member.State));
        workers[1].Reply(new Formed(1, 1));
        Expect<TrainPlan>(workers);
        Join("worker-2");
        var training = Snapshot(asker);
        Assert.Equal((CoordinatorState.Training, "training step 1"), (training.State, training.Phase));
        Assert.Equal(
            [
                new MemberSnapshot("worker-0", "worker-0:7101", "working", 0, 4, 0),
                new MemberSnapshot("worker-1", "worker-1:7101", "working", 4, 4, 0),
            ],
            training.Members);
        Assert.Equal(
            [new MemberSnapshot("worker-2", "worker-2:7101", "in reserve", 0, 0, 0)], training.Reserves);
        Assert.Equal(10, training.StepsTotal);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Checkpoint_IsWrittenAtTheNextPauseAndAnswered_WhenAskedFor()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        var asker = CreateTestProbe("asker");
        Coordinator.Tell(new SaveNow(), asker.Ref);
        Assert.Empty(Store.Saved);
        Answer(workers, plans);
        Assert.Equal(new SaveDone(1, "checkpoint of 1"), asker.ExpectMsg<SaveDone>(Ample));
        Expect<TrainPlan>(workers);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Failure_IsAnswered_WhenTheCheckpointThatWasAskedForCannotBeWritten()
    {
        var workers = Begin(1);
        var plans = Expect<TrainPlan>(workers);
        var asker = CreateTestProbe("asker");
        Store.Failure = new IOException("no space left");
        Coordinator.Tell(new SaveNow(), asker.Ref);
        Answer(workers, plans);
        Assert.Equal(new SaveFailed(1, "no space left"), asker.ExpectMsg<SaveFailed>(Ample));
        Expect<TrainPlan>(workers);
    }

    private JobSnapshot Snapshot(TestProbe asker)
    {
        this.Settle();
        Coordinator.Tell(new GetSnapshot(), asker.Ref);
        return asker.ExpectMsg<JobSnapshot>(Ample);
    }
}
