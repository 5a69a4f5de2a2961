using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

/// <summary>What becomes of a job's steps when workers, the coordinator or its disk fail.</summary>
public sealed class RecoveryTests : RecoveryKit
{
    [Fact]
    public void Job_GoesOnFromTheStepThatSurvives_WhenAWorkerDiesWhileTraining()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[1].Ref);
        var left = new[] { workers[0], workers[2] };
        Stand(left, generation: 2, step: 1);
        var forms = Form(left);
        Assert.All(forms, form => Assert.Equal((2L, At(1), 2), (form.Generation, form.Cursor, form.Members.Length)));
        Assert.Equal(1, Expect<TrainPlan>(left)[0].FirstStep);
        var changed = Observed<MembersChanged>();
        Assert.Equal((2L, 1L), (changed.Generation, changed.Step));
        Assert.Equal(["worker-0", "worker-2"], changed.Workers);
        Assert.Equal("worker-1 is gone; 2 of 2 hold the state of step 1", changed.Reason);
        Assert.Equal(new StepsCommitted(0, [Totals], TimeSpan.Zero, []), Observed<StepsCommitted>(), SameSteps);
        AssertNothingUnhandled();
    }

    /// <summary>What a giver misses is no member's complaint, and does not end the generation.</summary>
    [Fact]
    public void Job_RollsBack_OnlyAfterGraceForThoseWhoHoldMore()
    {
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        workers[0].Reply(new Standing(2, [], 0, []));
        this.Settle();
        Time.Advance(Recovery.Grace - TimeSpan.FromSeconds(1));
        Assert.False(workers[0].HasMessages);
        Time.Advance(TimeSpan.FromSeconds(2));
        var again = workers[0].FishForMessage<Regroup>(_ => true, Ample);
        workers[0].Reply(new Standing(again.Generation, [], 0, []));
        Assert.Equal(StartFrom.Seed, Form(workers[..1])[0].Start);
        var back = Observed<JobRolledBack>();
        Assert.Equal((1L, 0L), (back.FromStep, back.ToStep));
        Assert.Equal(0, Expect<TrainPlan>(workers[..1])[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Job_IsNotRolledBack_WhenTheWorkerThatHoldsMoreComesBackInTime()
    {
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        workers[0].Reply(new Standing(2, [], 0, []));
        this.Settle();
        var back = Join("worker-1", "again");
        TestProbe[] both = [workers[0], back];
        var asked = Expect<Regroup>(both);
        workers[0].Reply(new Standing(asked[0].Generation, [], 0, []));
        back.Reply(Standing(asked[0].Generation, 1));
        Assert.Equal(StartFrom.Members, Form(both)[0].Start);
        Assert.Equal(1, Expect<TrainPlan>(both)[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Coordinator_WaitsForItsMembersOfBefore_WhenItIsStartedAgain()
    {
        Journal = new FakeJournal { Found = new JournalState(7, ["worker-0", "worker-1"], 3) };
        Start(workers: 1);
        var first = Join("worker-0");
        this.Settle();
        Assert.False(first.HasMessages);
        var second = Join("worker-1");
        TestProbe[] both = [first, second];
        Assert.All(Expect<Regroup>(both), regroup => Assert.Equal(new Regroup(8, 3), regroup));
        first.Reply(Standing(8, 4));
        second.Reply(Standing(8, 3));
        Form(both);
        var plan = Expect<TrainPlan>(both)[0];
        Assert.Equal((8L, 4L), (plan.Generation, plan.FirstStep));
        Assert.Equal(3, Observed<JobStarted>().FirstStep);
        Assert.Equal([new GenerationBegun(8)], Journal.Entries.OfType<GenerationBegun>());
        var formed = Assert.Single(Journal.Entries.OfType<GenerationFormed>());
        Assert.Equal((8L, 3L), (formed.Generation, formed.Step));
        AssertNothingUnhandled();
    }

    /// <summary>Nothing that may have been told is lost with the missing one: nobody waits for it for long.</summary>
    [Fact]
    public void Coordinator_GoesOnWithoutAMissingMember_WhenItIsStartedAgainAndTheOthersHoldAll()
    {
        Journal = new FakeJournal { Found = new JournalState(7, ["worker-0", "worker-1"], 3) };
        Start(workers: 1);
        TestProbe[] one = [Join("worker-0")];
        this.Settle();
        Time.Advance(Recovery.Patience + TimeSpan.FromSeconds(1));
        Expect<Regroup>(one);
        one[0].Reply(Standing(8, 4));
        Form(one);
        Assert.Equal(4, Expect<TrainPlan>(one)[0].FirstStep);
        AssertNothingUnhandled();
    }

    /// <summary>The missing one may hold the rest of a told step: it is waited for, and asked about once.</summary>
    [Fact]
    public void Coordinator_WaitsForAMissingMember_WhenItIsStartedAgainAndTheOthersHoldLess()
    {
        Journal = new FakeJournal { Found = new JournalState(7, ["worker-0", "worker-1"], 3) };
        Start(workers: 1);
        var first = Join("worker-0");
        this.Settle();
        Time.Advance(Recovery.Patience + TimeSpan.FromSeconds(1));
        Expect<Regroup>([first]);
        first.Reply(Standing(8, 2));
        this.Settle();
        Time.Advance(Recovery.Grace - Recovery.Patience - TimeSpan.FromSeconds(3));
        Assert.False(first.HasMessages);
        TestProbe[] both = [first, Join("worker-1")];
        var asked = Expect<Regroup>(both);
        first.Reply(Standing(asked[0].Generation, 2));
        both[1].Reply(Standing(asked[0].Generation, 3));
        Form(both);
        Assert.Equal(3, Expect<TrainPlan>(both)[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Job_GoesOnFromTheCheckpoint_WhenNobodyHoldsMore()
    {
        Store.Newest = At(2);
        var workers = Begin(2, step: 2);
        Assert.Equal(2, Expect<TrainPlan>(workers)[0].FirstStep);
        Assert.Equal(2, Store.Served.Single().Transfers.Count(transfer => transfer.Weights));
        Assert.All(Store.Served.Single().Transfers, transfer => Assert.Equal("store", transfer.From));
    }

    [Fact]
    public void Job_FailsInOneLine_WhenTheJournalCannotBeWrittenAnyMore()
    {
        var attempts = 0;
        Journal.Writing = _ =>
        {
            Interlocked.Increment(ref attempts);
            return Task.FromException(new IOException("no space left"));
        };
        Start(workers: 1);
        var worker = Join("worker-0");
        for (var attempt = 1; attempt <= Recovery.DiskAttempts; attempt++)
        {
            AwaitCondition(() => Volatile.Read(ref attempts) == attempt, Ample);
            AwaitTimer(Recovery.DiskRetryEvery, attempt < Recovery.DiskAttempts);
        }

        Assert.Equal("the journal cannot be written: no space left", Observed<JobFailed>().Reason);
        worker.ExpectMsg<JobOver>(Ample);
    }

    /// <summary>An entry of a generation that is over must not be written after the present one's.</summary>
    [Fact]
    public void JournalEntry_IsNotTriedAgain_WhenItsGenerationIsOver()
    {
        var held = new TaskCompletionSource();
        Journal.Writing = entry => entry is GenerationFormed { Generation: 1 } ? held.Task : Task.CompletedTask;
        var workers = BeginUnsealed(2);
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        held.SetException(new IOException("no space left"));
        this.Settle();
        Time.Advance(Recovery.DiskRetryEvery * 2);
        workers[0].Reply(Standing(2, 0));
        Form(workers[..1]);
        Expect<TrainPlan>(workers[..1]);
        Assert.Single(Journal.Entries.OfType<GenerationFormed>(), formed => formed.Generation == 1);
    }

    [Fact]
    public void StaleMessages_ChangeNothing_InANewGeneration()
    {
        var workers = Begin(3);
        var plans = Expect<TrainPlan>(workers);
        Sys.Stop(workers[2].Ref);
        Expect<Regroup>(workers[..2]);
        SendStale(workers[0], plans[0]);
        Stand(workers[..2], generation: 2, step: 0, isAsked: true);
        SendStale(workers[0], plans[0]);
        Form(workers[..2]);
        var now = Expect<TrainPlan>(workers[..2]);
        SendStale(workers[0], plans[0]);
        Answer(workers[..2], now);
        Assert.Equal((2L, 1L), (Expect<TrainPlan>(workers[..2])[0].Generation, Observed<StepsCommitted>().Steps.Count));
        AssertNothingUnhandled();
    }

    private void SendStale(TestProbe worker, TrainPlan plan)
    {
        object[] stale =
        [
            new TrainDone(plan.Generation, plan.Rank, plan.FirstStep, [Totals], default, null),
            new EvaluateDone(plan.Generation, 0, [], []),
            new WorkFailed(plan.Generation, 0, "compute", "stale", Own: true),
            new PeersLost(plan.Generation, 0, [1], "stale"),
            Standing(plan.Generation, 5),
            new Formed(plan.Generation, 0),
        ];
        foreach (var message in stale)
        {
            Coordinator.Tell(message, worker.Ref);
        }
    }
}
