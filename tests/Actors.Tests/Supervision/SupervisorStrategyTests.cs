namespace Distributed.Actors.Tests;

public sealed class SupervisorStrategyTests : DeterministicKit
{
    [Fact]
    public void DefaultDecider_StopsFailedStartsKillsAndDeathPacts_WhenOthersRestart()
    {
        var decider = SupervisorStrategy.DefaultDecider;
        Assert.Equal(Directive.Restart, decider.Decide(new InvalidOperationException()));
        Assert.Equal(Directive.Stop, decider.Decide(new ActorInitializationException(null, "x")));
        Assert.Equal(Directive.Stop, decider.Decide(new ActorKilledException("x")));
        Assert.Equal(Directive.Stop, decider.Decide(new DeathPactException(TestActor)));
    }

    [Fact]
    public void DefaultStrategy_RestartsTheFailedChildWithoutLimit_WhenNothingIsChosen()
    {
        Assert.IsType<OneForOneStrategy>(SupervisorStrategy.DefaultStrategy);
        var (first, _) = TwoChildren(SupervisorStrategy.DefaultStrategy);
        for (var failure = 0; failure < 50; failure++)
        {
            first.Tell(new Puppet.Fail("oops"));
        }

        var received = Received().Cast<string>().ToList();
        Assert.Equal(50, received.Count(text => text == "first:postrestart(oops)"));
        Assert.DoesNotContain(received, text => text.StartsWith("second", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public void RetryLimit_StopsTheChildAtOneFailureMore_WhenThereIsNoTimeRange(int limit, int restartCount) =>
        AssertRestarts(new OneForOneStrategy(limit, null, _ => Directive.Restart), limit + 1, restartCount, true);

    [Fact]
    public void RetryLimit_IsUnlimited_WhenItIsNullOrMinusOne()
    {
        AssertRestarts(new OneForOneStrategy(null, null, _ => Directive.Restart), 20, 20, false);
        AssertRestarts(new OneForOneStrategy(-1, -1, _ => Directive.Restart), 20, 20, false, "again");
    }

    [Fact]
    public void RetryLimit_IsOnePerTimeRange_WhenOnlyTheRangeIsGiven() => AssertRestarts(
        new OneForOneStrategy(-1, TimeSpan.FromSeconds(1), _ => Directive.Restart), 2, 1, true);

    [Fact]
    public void RetryLimit_CountsAnew_WhenTheTimeRangeHasPassed()
    {
        var parent = StartPuppet("parent", new OneForOneStrategy(2, 1000, _ => Directive.Restart));
        var child = Watch(StartChild(parent, "child"));
        for (var round = 0; round < 5; round++)
        {
            child.Tell(new Puppet.Fail("one"));
            child.Tell(new Puppet.Fail("two"));
            Time.Advance(TimeSpan.FromMilliseconds(1001));
        }
        Assert.DoesNotContain(Received(), message => message is Terminated);
        for (var failure = 0; failure < 3; failure++)
        {
            child.Tell(new Puppet.Fail("three"));
        }

        Assert.Contains(Received(), message => message is Terminated);
    }

    [Fact]
    public void OneForOne_LeavesSiblingsAlone_WhenOneFails()
    {
        var (first, _) = TwoChildren(new OneForOneStrategy(_ => Directive.Restart));
        first.Tell(new Puppet.Fail("oops"));
        Assert.DoesNotContain(Received(), message => ((string)message).StartsWith("second", StringComparison.Ordinal));
    }

    [Fact]
    public void AllForOne_RestartsSiblings_WhenOneFails()
    {
        var (first, second) = TwoChildren(new AllForOneStrategy(_ => Directive.Restart));
        first.Tell(new Puppet.Fail("oops"));
        var received = Received();
        Assert.Contains("first:prerestart(oops, oops)", received);
        Assert.Contains("second:prerestart(oops, none)", received);
        second.Tell("alive");
        ExpectMsg("second:alive");
    }

    [Fact]
    public void AllForOne_StopsSiblings_WhenTheDirectiveIsStop()
    {
        var (first, second) = TwoChildren(new AllForOneStrategy(_ => Directive.Stop));
        Watch(first);
        Watch(second);
        first.Tell(new Puppet.Fail("oops"));
        Assert.Equal(2, Received().OfType<Terminated>().Count());
    }

    [Fact]
    public void AllForOne_LeavesNobodySuspended_WhenASecondFailureMeetsARestartUnderWay()
    {
        var (first, second) = TwoChildren(new AllForOneStrategy(_ => Directive.Restart));
        var slow = StartChild(first, "slow");
        StartChild(slow, "slower");
        Forget();
        first.Tell(new Puppet.Fail("one"));
        second.Tell(new Puppet.Fail("two"));
        Settle();
        Forget();
        first.Tell("alive");
        second.Tell("alive");
        Assert.Equal(["first:alive", "second:alive"], Received().Order());
    }

    [Fact]
    public void Escalate_FailsTheParent_WhenTheStrategySaysSo()
    {
        var top = StartPuppet("top");
        var parent = StartChild(top, "parent", new OneForOneStrategy(_ => Directive.Escalate));
        var child = StartChild(parent, "child");
        Forget();
        child.Tell(new Puppet.Fail("oops"));
        Assert.Contains("parent:prerestart(oops, none)", Received());
    }

    [Fact]
    public void Escalate_ResumesTheFailedChildToo_WhenTheGrandparentResumes()
    {
        var top = StartPuppet("top", new OneForOneStrategy(_ => Directive.Resume));
        var parent = StartChild(top, "parent", new OneForOneStrategy(_ => Directive.Escalate));
        var child = StartChild(parent, "child");
        var sibling = StartChild(parent, "sibling");
        Forget();
        child.Tell(new Puppet.Fail("oops"));
        child.Tell("alive");
        sibling.Tell("alive");
        parent.Tell("alive");
        Assert.Equal(["child:alive", "parent:alive", "sibling:alive"], Received().Order());
    }

    [Fact]
    public void Decider_FailsTheParent_WhenItThrows()
    {
        var top = StartPuppet("top");
        var parent = StartChild(
            top, "parent", new OneForOneStrategy(_ => throw new InvalidOperationException("undecided")));
        var child = StartChild(parent, "child");
        Forget();
        child.Tell(new Puppet.Fail("oops"));
        Assert.Contains("parent:prerestart(undecided, none)", Received());
    }

    [Fact]
    public void StoppingStrategy_StopsTheChild_WhenItFails()
    {
        var parent = StartPuppet("parent", SupervisorStrategy.StoppingStrategy);
        var child = Watch(StartChild(parent, "child"));
        Forget();
        child.Tell(new Puppet.Fail("oops"));
        ExpectMsg("child:poststop");
        ExpectTerminated(child);
    }

    [Fact]
    public void Strategy_OfTheClassIsUsed_WhenPropsHasNone()
    {
        var parent = ActorOf(Props.Create(() => new Lenient(TestActor)), "parent");
        parent.Tell("fail");
        Assert.DoesNotContain(Received(), message => message.ToString()!.Contains("prerestart("));
    }

    private (IActorRef First, IActorRef Second) TwoChildren(SupervisorStrategy strategy)
    {
        var parent = StartPuppet("parent", strategy);
        var children = (StartChild(parent, "first"), StartChild(parent, "second"));
        Forget();
        return children;
    }

    private void AssertRestarts(
        SupervisorStrategy strategy, int failureCount, int restartCount, bool stops, string name = "parent")
    {
        var parent = StartPuppet(name, strategy);
        var child = Watch(StartChild(parent, "child"));
        Forget();
        for (var failure = 0; failure < failureCount; failure++)
        {
            child.Tell(new Puppet.Fail("oops"));
        }

        var received = Received();
        Assert.Equal(restartCount, received.Count(message => message is "child:postrestart(oops)"));
        Assert.Equal(stops, received.Any(message => message is Terminated));
    }

    private sealed class Lenient : ReceiveActor
    {
        public Lenient(IActorRef events) => Receive<string>(message =>
            Context.ActorOf(Props.Create(() => new Puppet(events)), "child").Tell(new Puppet.Fail(message)));

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Resume);
    }
}
