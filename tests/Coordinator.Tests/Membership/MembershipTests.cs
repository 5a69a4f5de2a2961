using Distributed.Cluster;
using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests.Membership;

/// <summary>How workers come and go, and who is left behind.</summary>
public sealed class MembershipTests : RecoveryKit
{
    [Fact]
    public void Worker_IsTakenIn_AtTheEndOfALease()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        var joiner = Join("worker-2");
        joiner.ExpectNoMsg(TimeSpan.Zero);
        Answer(workers, plans);
        TestProbe[] all = [.. workers, joiner];
        Expect<Regroup>(all);
        Stand(workers, 2, step: 1, isAsked: true);
        joiner.Reply(new Standing(2, [], 0, []));
        var forms = Form(all);
        Assert.Equal(3, forms[0].Members.Length);
        Assert.Contains(forms[2].Incoming, transfer => transfer.Weights);
        Assert.All(Expect<TrainPlan>(all), plan => Assert.Equal((2L, 1L), (plan.Generation, plan.FirstStep)));
        Assert.Equal("worker-2 joins; 2 of 3 hold the state of step 1", Observed<MembersChanged>().Reason);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_IsReleased_OnceOthersHoldWhatItHeld()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        Coordinator.Tell(new Leave(), workers[0].Ref);
        Answer(workers, plans);
        Stand(workers, generation: 2, step: 1);
        var given = workers[0].FishForMessage<Form>(_ => true, Ample);
        var got = workers[1].FishForMessage<Form>(_ => true, Ample);
        Assert.Equal((-1, 0), (given.Rank, got.Rank));
        Assert.False(workers[0].HasMessages);
        workers[1].Reply(new Formed(2, 0));
        workers[0].FishForMessage<Released>(_ => true, Ample);
        Assert.Equal(2, Expect<TrainPlan>([workers[1]])[0].Generation);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Complaint_OfAGiver_ChangesNothing()
    {
        var workers = Begin(3);
        var plans = Expect<TrainPlan>(workers);
        Coordinator.Tell(new Leave(), workers[0].Ref);
        Answer(workers, plans);
        Stand(workers, generation: 2, step: 1);
        Expect<Form>(workers);
        workers[1].Reply(new Formed(2, 0));
        workers[0].Reply(new PeersLost(2, -1, [], "no state"));
        workers[2].Reply(new Formed(2, 1));
        Expect<TrainPlan>(workers[1..]);
        workers[0].Reply(new PeersLost(2, -1, [0], "closed"));
        Assert.Equal(2, Observed<MembersChanged>().Generation);
        Answer(workers[1..], [.. new[] { 0, 1 }.Select(rank => new TrainPlan(2, rank, 1, 1, Sharding.Equal(2)))]);
        Assert.Equal(2, Expect<TrainPlan>(workers[1..])[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_IsExpelled_WhenItDoesNotSayInTimeWhatItHolds()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[2].Ref);
        Expect<Regroup>(workers[..2]);
        workers[0].Reply(Standing(2, 1));
        Watch(workers[1].Ref);
        Time.Advance(Recovery.RegroupBound - TimeSpan.FromTicks(1));
        Assert.False(workers[0].HasMessages);
        Time.Advance(TimeSpan.FromTicks(1));
        ExpectTerminated(workers[1].Ref, Ample);
        Coordinator.Tell(Standing(2, 1), workers[1].Ref);
        Assert.Single(Form(workers[..1])[0].Members);
        Expect<TrainPlan>(workers[..1]);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_ReplacesItself_WhenItJoinsAgainBeforeItsLinkHasClosed()
    {
        var workers = Begin(2);
        Expect<TrainPlan>(workers);
        Watch(workers[1].Ref);
        var again = Join("worker-1", "again");
        ExpectTerminated(workers[1].Ref, Ample);
        TestProbe[] both = [workers[0], again];
        Stand(both, generation: 2, step: 0);
        Assert.Equal(2, Form(both)[0].Members.Length);
        Expect<TrainPlan>(both);
        Assert.StartsWith("worker-1 joined again", Observed<MembersChanged>().Reason, StringComparison.Ordinal);
        AssertNothingUnhandled();
    }

    [Fact]
    public void OneOfTwo_IsExpelled_WhenTheyDoNotReachEachOther()
    {
        var workers = Begin(3);
        var plans = Expect<TrainPlan>(workers);
        Watch(workers[2].Ref);
        Coordinator.Tell(new PeersLost(1, 1, [2], "closed"), workers[1].Ref);
        Stand(workers, generation: 2, step: 0);
        Expect<Form>(workers);
        workers[0].Reply(new Formed(2, 0));
        workers[1].Reply(new PeersLost(2, 1, [2], "no hello"));
        workers[2].Reply(new PeersLost(2, 2, [1], "no hello"));
        ExpectTerminated(workers[2].Ref, Ample);
        Stand(workers[..2], generation: 3, step: 0);
        Assert.Equal(2, Form(workers[..2])[0].Members.Length);
        Answer(workers, plans); // of generation 1: dropped
        Assert.Equal(3, Expect<TrainPlan>(workers[..2])[0].Generation);
        AssertNothingUnhandled();
    }

    [Fact]
    public void SlowWorker_IsExpelled_WhenItHoldsAFormingUp()
    {
        var workers = Begin(2);
        Expect<TrainPlan>(workers);
        Coordinator.Tell(new PeersLost(1, 0, [1], "closed"), workers[0].Ref);
        Stand(workers, generation: 2, step: 0);
        Expect<Form>(workers);
        workers[0].Reply(new PeersLost(2, 0, [], "no state"));
        Watch(workers[1].Ref);
        this.Settle();
        Time.Advance(Recovery.FormBound);
        ExpectTerminated(workers[1].Ref, Ample);
        Stand(workers[..1], generation: 3, step: 0);
        Form(workers[..1]);
        Expect<TrainPlan>(workers[..1]);
        AssertNothingUnhandled();
    }
}
