namespace Distributed.Actors.Tests;

public sealed class RestartTests : DeterministicKit
{
    [Fact]
    public void Restart_RunsHooksInOrder_WhenAHandlerThrows()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Puppet.Fail("oops"));
        Assert.Equal(
            ["a:prerestart(oops, oops)", "a:poststop", "a:ctor", "a:postrestart(oops)", "a:prestart"], Received());
    }

    [Fact]
    public void PreRestart_CanStillAnswerTheSender_WhenAHandlerThrows()
    {
        ActorOf(Props.Create(() => new Apologetic()), "a").Tell("fail");
        ExpectMsg("sorry about fail");
    }

    [Fact]
    public void Restart_DropsTheFailingMessageAndKeepsTheMailbox_WhenMessagesWait()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell("one");
        actor.Tell(new Puppet.Fail("oops"));
        actor.Tell("two");
        actor.Tell("three");
        Assert.Equal(["a:one", "a:two", "a:three"], Received().Where(IsMessage));
    }

    [Fact]
    public void Restart_ResetsFieldsAndBehaviour_WhenAHandlerThrows()
    {
        var actor = StartPuppet("a");
        actor.Tell(new Puppet.Do(self => self.Count = 5));
        actor.Tell(new Puppet.Do(self => self.Turn(() => self.On<Puppet.Fail>(fail => throw fail.Cause))));
        actor.Tell(new Puppet.Fail("oops"));
        actor.Tell(new Puppet.Do(self => self.Report(self.Count)));
        Assert.Equal("a:0", Received()[^1]);
    }

    [Fact]
    public void Restart_CancelsTimers_WhenOneHadFiredAlready()
    {
        var actor = StartPuppet("a");
        actor.Tell(new Puppet.Do(self =>
        {
            self.Timers.StartSingleTimer("once", "tick", TimeSpan.FromSeconds(1));
            self.Timers.StartPeriodicTimer("often", "tock", TimeSpan.FromSeconds(1));
        }));
        Forget();
        actor.Tell(new Puppet.Fail("oops"));
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(5, Received().Count); // the five hooks of the restart, and no tick
    }

    [Fact]
    public void Restart_UnstashesToTheMailboxFrontInOrder_WhenMessagesAreStashed()
    {
        var actor = StartPuppet("a");
        actor.Tell(new Puppet.Do(self => self.Turn(() =>
        {
            self.On<int>(_ => self.Stash.Stash());
            self.On<Puppet.Fail>(fail => throw fail.Cause);
        })));
        Forget();
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(3);
        actor.Tell(new Puppet.Fail("oops"));
        actor.Tell(4);
        Assert.Equal(["a:1", "a:2", "a:3", "a:4"], Received().Where(IsMessage));
    }

    [Fact]
    public void Restart_StopsChildrenBeforeTheNewActorIsMade_WhenChildrenTakeTime()
    {
        var parent = StartPuppet("parent");
        var child = StartChild(parent, "child");
        StartChild(child, "grandchild");
        Forget();
        parent.Tell(new Puppet.Fail("oops"));
        Assert.Equal(
            [
                "parent:prerestart(oops, oops)", "parent:poststop", "grandchild:poststop", "child:poststop",
                "parent:ctor", "parent:postrestart(oops)", "parent:prestart",
            ],
            Received());
    }

    [Fact]
    public void Restart_RestartsSurvivingChildren_WhenPreRestartKeepsThem()
    {
        var parent = StartPuppet("parent");
        var child = StartChild(parent, "child");
        parent.Tell(new Puppet.Do(self => self.KeepsChildren = true));
        Forget();
        parent.Tell(new Puppet.Fail("oops"));
        child.Tell("alive");
        var received = Received();
        Assert.Contains("child:postrestart(oops)", received);
        Assert.Equal("child:alive", received[^1]);
    }

    [Fact]
    public void Resume_KeepsStateAndMailbox_WhenTheStrategySaysSo()
    {
        var parent = StartPuppet("parent", new OneForOneStrategy(_ => Directive.Resume));
        var child = StartChild(parent, "child");
        var grandchild = StartChild(child, "grandchild");
        Forget();
        child.Tell(new Puppet.Do(self => self.Count = 5));
        child.Tell(new Puppet.Fail("oops"));
        child.Tell(new Puppet.Do(self => self.Report(self.Count)));
        grandchild.Tell("not suspended");
        Assert.Equal(["child:5", "grandchild:not suspended"], Received().Order());
    }

    [Fact]
    public void Failure_SuspendsTheDescendants_WhenTheParentHasNotDecidedYet()
    {
        LocalActorRef? grandchild = null;
        var tookMessages = true;
        var parent = StartPuppet("parent", new OneForOneStrategy(_ =>
        {
            Dispatcher.RunUntilIdle(); // everybody else, while the parent decides
            tookMessages = grandchild!.Cell.TakesUserMessages;
            return Directive.Resume;
        }));
        var child = StartChild(parent, "child");
        grandchild = (LocalActorRef)StartChild(child, "grandchild");
        Forget();
        child.Tell(new Puppet.Fail("oops"));
        grandchild.Tell("alive");
        Assert.Equal(["grandchild:alive"], Received());
        Assert.False(tookMessages);
    }

    [Fact]
    public void PostRestart_StopsTheActor_WhenItThrows()
    {
        var actor = Watch(ActorOf(Props.Create(() => new FailsAfterRestart()), "a"));
        EventFilter.Exception<PostRestartException>().ExpectOne(() => actor.Tell("fail"));
        ExpectTerminated(actor);
    }

    [Fact]
    public void PreRestart_IsLoggedAndTheRestartGoesOn_WhenItThrows()
    {
        var actor = ActorOf(Props.Create(() => new FailsBeforeRestart()), "a");
        EventFilter.Error(contains: "PreRestart").ExpectOne(() => actor.Tell("fail"));
        actor.Tell(1);
        ExpectMsg(1);
    }

    [Fact]
    public void Creation_IsTriedAgainWithPreStart_WhenTheStrategyRestartsFailedStarts()
    {
        var attempts = new List<int>();
        var parent = StartPuppet("parent", new OneForOneStrategy(5, -1, _ => Directive.Restart));
        Forget();
        parent.Tell(new Puppet.Do(self => self.Start(Props.Create(() => new ThirdTimeLucky(attempts)), "child")));
        Settle();
        parent.Tell(new Puppet.Do(self => self.Inside.Child("child").Tell("ready?", TestActor)));
        ExpectMsg("ready");
        Assert.Equal([1, 2, 3, 3], attempts); // two constructors fail, the third runs, and so does its PreStart
    }

    private static bool IsMessage(object report) => report is string text && text.Length <= "a:three".Length
        && !text.EndsWith("ctor", StringComparison.Ordinal);

    private sealed class Apologetic : ReceiveActor
    {
        public Apologetic() => ReceiveAny(_ => throw new InvalidOperationException("oops"));

        protected override void PreRestart(Exception reason, object? message) => Sender.Tell($"sorry about {message}");
    }

    private sealed class FailsAfterRestart : ReceiveActor
    {
        public FailsAfterRestart() => ReceiveAny(_ => throw new InvalidOperationException("first"));

        protected override void PostRestart(Exception reason) => throw new InvalidOperationException("second");
    }

    private sealed class FailsBeforeRestart : ReceiveActor
    {
        public FailsBeforeRestart()
        {
            Receive<string>(_ => throw new InvalidOperationException("first"));
            ReceiveAny(message => Sender.Tell(message));
        }

        protected override void PreRestart(Exception reason, object? message) =>
            throw new InvalidOperationException("second");
    }

    private sealed class ThirdTimeLucky : ReceiveActor
    {
        private readonly List<int> _attempts;

        public ThirdTimeLucky(List<int> attempts)
        {
            _attempts = attempts;
            attempts.Add(attempts.Count + 1);
            if (attempts.Count < 3)
            {
                throw new InvalidOperationException("not yet");
            }

            ReceiveAny(_ => Sender.Tell("ready"));
        }

        protected override void PreStart() => _attempts.Add(_attempts.Count);

        protected override void PostRestart(Exception reason) => _attempts.Add(-1);
    }
}
