using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

/// <summary>Every join, loss and recovery is told, with worker, phase, step and cause.</summary>
public sealed class EventTests : RecoveryKit
{
    [Fact]
    public void Worker_IsToldToHaveJoined_WithItsAddress()
    {
        Start(workers: 2);
        Join("worker-0");
        Assert.Equal(new WorkerJoined("worker-0", "worker-0:7101"), Observed<WorkerJoined>());
    }

    [Fact]
    public void Loss_NamesPhaseStepAndTheLinksReason_WhenAWorkerDiesWhileTraining()
    {
        var workers = Begin(3);
        Answer(workers, Expect<TrainPlan>(workers));
        Expect<TrainPlan>(workers);
        Coordinator.Tell(new LinkClosed("nothing came for 5 s"), workers[1].Ref);
        Sys.Stop(workers[1].Ref);
        Assert.Equal(
            new WorkerLost("worker-1", "training step 2", 1, "nothing came for 5 s"), Observed<WorkerLost>());
        var left = new[] { workers[0], workers[2] };
        Stand(left, generation: 2, step: 1);
        Form(left);
        Assert.StartsWith(
            "worker-1 is gone: nothing came for 5 s; ", Observed<MembersChanged>().Reason, StringComparison.Ordinal);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Loss_NamesSilence_WhenAWorkerDoesNotAnswerRegroup()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[2].Ref);
        Observed<WorkerLost>();
        Expect<Regroup>(workers[..2]);
        workers[0].Reply(Standing(2, 1));
        this.Settle();
        Time.Advance(Recovery.RegroupBound);
        Assert.Equal(
            new WorkerLost("worker-1", "regrouping", 0, "sent nothing for 3 s when asked to regroup"),
            Observed<WorkerLost>());
    }

    [Fact]
    public void Loss_NamesWhoMissesWhom_WhenAGenerationDoesNotForm()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Coordinator.Tell(new PeersLost(1, 1, [2], "checksum"), workers[1].Ref);
        Assert.Equal(
            new WorkerTroubled("worker-1", "training step 1", 0, "data link to worker-2 lost: checksum"),
            Observed<WorkerTroubled>());
        Stand(workers, generation: 2, step: 0);
        Expect<Form>(workers);
        workers[0].Reply(new Formed(2, 0));
        workers[1].Reply(new PeersLost(2, 1, [2], PeersLost.NoHello));
        workers[2].Reply(new PeersLost(2, 2, [1], PeersLost.NoHello));
        Assert.Equal(
            new WorkerLost("worker-2", "forming", 0, "did not form: no hello from worker-1"), Observed<WorkerLost>());
    }

    [Fact]
    public void Worker_IsToldToHaveLeft_OnceItIsReleased()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        Coordinator.Tell(new Leave(), workers[0].Ref);
        Answer(workers, plans);
        Stand(workers, generation: 2, step: 1);
        Expect<Form>(workers);
        workers[1].Reply(new Formed(2, 0));
        Assert.Equal(new WorkerLeft("worker-0", 1), Observed<WorkerLeft>());
    }

    /// <summary>The time runs from the first of several faults to the next lease that is committed.</summary>
    [Fact]
    public void Recovery_IsToldWithItsTime_WhenTheFirstLeaseAfterFaultsIsCommitted()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[2].Ref);
        Expect<Regroup>(workers[..2]);
        Time.Advance(TimeSpan.FromMilliseconds(200));
        Sys.Stop(workers[1].Ref);
        Stand(workers[..1], generation: 2, step: 0, isAsked: true);
        Form(workers[..1]);
        var plans = Expect<TrainPlan>(workers[..1]);
        Time.Advance(TimeSpan.FromMilliseconds(50));
        Answer(workers[..1], plans);
        Assert.Equal(
            new Recovered(2, 1, "worker-2: its link is gone", TimeSpan.FromMilliseconds(250)), Observed<Recovered>());
        Answer(workers[..1], Expect<TrainPlan>(workers[..1]));
        Expect<TrainPlan>(workers[..1]);
        this.Settle();
        while (Observer.HasMessages)
        {
            Assert.IsNotType<Recovered>(Observer.ReceiveOne(TimeSpan.Zero));
        }
    }

    [Fact]
    public void Recovery_IsTold_WhenACoordinatorThatWasStartedAgainCommits()
    {
        Journal = new FakeJournal { Found = new JournalState(7, ["worker-0"], 0) };
        Start(workers: 1);
        Time.Advance(TimeSpan.FromMilliseconds(300));
        TestProbe[] workers = [Join("worker-0")];
        Stand(workers, generation: 8, step: 0);
        Form(workers);
        Answer(workers, Expect<TrainPlan>(workers));
        Assert.Equal(
            new Recovered(8, 1, "the coordinator was started again", TimeSpan.FromMilliseconds(300)),
            Observed<Recovered>());
    }

    [Fact]
    public void Steps_CarryWhoComputedWhichMicrobatches()
    {
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Assert.Equal(
            [new WorkerShare("worker-0", 0, 4), new WorkerShare("worker-1", 4, 4)],
            Observed<StepsCommitted>().Shares);
    }

    /// <summary>The second coordinator knows from the journal that the epoch was told.</summary>
    [Fact]
    public void Epoch_IsToldOnce_WhenTheCoordinatorIsStartedAgainAtItsEnd()
    {
        Journal = new FakeJournal { Found = new JournalState(7, ["worker-0"], 5) { Epochs = 1 } };
        Start(workers: 1);
        TestProbe[] workers = [Join("worker-0")];
        Stand(workers, generation: 8, step: 5);
        Form(workers);
        Assert.Equal(5, Expect<TrainPlan>(workers)[0].FirstStep);
        this.Settle();
        while (Observer.HasMessages)
        {
            Assert.IsNotType<EpochCompleted>(Observer.ReceiveOne(TimeSpan.Zero));
        }
    }

    [Fact]
    public void Epoch_IsToldAgain_WhenStepsOfItWereDoneAgain()
    {
        Options = Options with { StepsPerEpoch = 1 };
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Assert.Equal(1, Observed<EpochCompleted>().Epoch);
        Expect<TrainPlan>(workers);
        Store.Newest = JobCursor.Start;
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        workers[0].Reply(new Standing(2, [], 0, []));
        this.Settle();
        Time.Advance(Recovery.Grace + TimeSpan.FromSeconds(1));
        var again = workers[0].FishForMessage<Regroup>(_ => true, Ample);
        workers[0].Reply(new Standing(again.Generation, [], 0, []));
        Form(workers[..1]);
        Assert.Equal(0, Observed<JobRolledBack>().ToStep);
        Answer(workers[..1], Expect<TrainPlan>(workers[..1]));
        Assert.Equal(1, Observed<EpochCompleted>().Epoch);
        Assert.Equal([1, 0, 1], Journal.Entries.OfType<EpochDone>().Select(done => done.Epoch));
    }

    /// <summary>Its results cannot be found again once the state has gone on.</summary>
    [Fact]
    public void Training_GoesOnAfterAnEpoch_OnceItsEndIsJournaled()
    {
        Options = Options with { StepsPerEpoch = 1 };
        var written = new TaskCompletionSource();
        Journal.Writing = entry => entry is EpochDone ? written.Task : Task.CompletedTask;
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Assert.Equal(1, Observed<EpochCompleted>().Epoch);
        this.Settle();
        Assert.False(workers[0].HasMessages);

        written.SetException(new IOException("full")); // written or not, once it is known

        Assert.Equal(1, Expect<TrainPlan>(workers)[0].FirstStep);
    }
}
