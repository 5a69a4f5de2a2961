namespace Distributed.Actors.Tests;

public sealed class LifecycleTests : DeterministicKit
{
    [Fact]
    public void ActorOf_RunsConstructorThenPreStart_WhenStarted()
    {
        StartPuppet("a");
        Assert.Equal(["a:ctor", "a:prestart"], Received());
    }

    [Fact]
    public void Stop_StopsChildrenFirst_WhenActorHasChildren()
    {
        var parent = StartPuppet("parent");
        var child = StartChild(parent, "child");
        StartChild(child, "grandchild");
        Forget();
        Watch(parent);
        Sys.Stop(parent);
        Assert.Equal(["grandchild:poststop", "child:poststop", "parent:poststop"], ReceiveN(3));
        ExpectTerminated(parent);
    }

    [Fact]
    public void Stop_FinishesCurrentMessageAndTurnsTheRestIntoDeadLetters_WhenMessagesWait()
    {
        var actor = StartPuppet("a");
        Forget();
        var deadLetters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(deadLetters.Ref);
        actor.Tell(new Puppet.Do(self =>
        {
            self.Inside.Stop(self.Ref);
            self.Report("still here");
        }));
        actor.Tell("one");
        actor.Tell("two");
        Assert.Equal(["a:still here", "a:poststop"], Received());
        var first = deadLetters.ExpectMsg<DeadLetter>();
        Assert.Equal(("one", TestActor, actor), (first.Message, first.Sender, first.Recipient));
        deadLetters.ExpectMsg<DeadLetter>(letter => letter.Message.Equals("two"));
        deadLetters.ExpectNoMsg();
    }

    [Fact]
    public void PoisonPill_QueuesBehindEarlierMessages_WhenMessagesWait()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell("one");
        actor.Tell(PoisonPill.Instance);
        actor.Tell("two");
        Assert.Equal(["a:one", "a:poststop"], Received());
    }

    [Fact]
    public void Kill_StopsTheActor_WhenStrategyIsTheDefault()
    {
        var actor = Watch(StartPuppet("a"));
        Forget();
        EventFilter.Exception<ActorKilledException>().ExpectOne(() => actor.Tell(Kill.Instance));
        ExpectMsg("a:poststop");
        ExpectTerminated(actor);
    }

    [Fact]
    public void Constructor_StopsTheChildAndTellsWatchers_WhenItThrows()
    {
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
        {
            var actor = Watch(ActorOf(Props.Create(() => new Stillborn(true)), "a"));
            ExpectTerminated(actor);
        });
    }

    [Fact]
    public void PreStart_StopsTheChildAndTellsWatchers_WhenItThrows()
    {
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
        {
            var actor = Watch(ActorOf(Props.Create(() => new Stillborn(false)), "a"));
            ExpectTerminated(actor);
        });
    }

    [Fact]
    public void PostStop_IsLoggedAndTheActorStillStops_WhenItThrows()
    {
        var actor = Watch(ActorOf(Props.Create(() => new FailsAtTheEnd()), "a"));
        EventFilter.Exception<InvalidOperationException>(contains: "PostStop").ExpectOne(() => Sys.Stop(actor));
        ExpectTerminated(actor);
    }

    [Fact]
    public void Name_IsRefused_WhenALivingSiblingHasIt()
    {
        StartPuppet("a");
        Assert.Throws<InvalidActorNameException>(() => StartPuppet("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$own")]
    [InlineData("with space")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void Name_IsRefused_WhenItIsMalformed(string name) =>
        Assert.Throws<InvalidActorNameException>(() => StartPuppet(name));

    [Fact]
    public void Name_IsAnAutomaticOne_WhenNoneIsGiven()
    {
        var events = TestActor;
        var props = Props.Create(() => new Puppet(events));
        Assert.Equal(["$a", "$b"], new[] { ActorOf(props).Path.Name, ActorOf(props).Path.Name });
    }

    [Fact]
    public void Name_IsFreeWithANewUid_WhenTerminatedHasBeenSeen()
    {
        var first = Watch(StartPuppet("a"));
        Sys.Stop(first);
        FishForMessage<Terminated>(_ => true);
        var second = StartPuppet("a");
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first.Path.Uid, second.Path.Uid);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void ActorOf_Throws_WhenTheParentIsStopping()
    {
        var parent = StartPuppet("parent");
        var child = StartChild(parent, "child");
        Forget();
        Exception? error = null;
        parent.Tell(new Puppet.Do(self => self.Inside.Stop(self.Ref)));
        Sys.RegisterOnTermination(() => { });
        parent.Tell("never");
        Settle();
        Assert.True(((InternalActorRef)child).IsTerminated);
        error = Record.Exception(() => ((LocalActorRef)parent).Cell.ActorOf(Props.Create(() => new Stillborn(true))));
        Assert.IsType<InvalidOperationException>(error);
    }

    [Fact]
    public void Identify_IsAnsweredWithTheActor_WhenItLives()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Identify(41));
        var answer = ExpectMsg<ActorIdentity>();
        Assert.Equal((41, actor), (answer.MessageId, answer.Subject));
    }

    [Fact]
    public void Identify_IsAnsweredWithNobody_WhenTheActorHasStopped()
    {
        var actor = StartPuppet("a");
        Sys.Stop(actor);
        Forget();
        actor.Tell(new Identify(42));
        Assert.Null(ExpectMsg<ActorIdentity>().Subject);
    }

    [Fact]
    public void Children_AreListedOldestFirst_WhenAsked()
    {
        var parent = StartPuppet("parent");
        foreach (var name in new[] { "z", "a", "m" })
        {
            StartChild(parent, name);
        }

        Forget();
        parent.Tell(new Puppet.Do(self =>
            self.Report(string.Join(' ', self.Inside.GetChildren().Select(child => child.Path.Name)))));
        ExpectMsg("parent:z a m");
        parent.Tell(new Puppet.Do(self => self.Report(
            $"{self.Inside.Child("a").Path.Name} {ReferenceEquals(self.Inside.Child("x"), ActorRefs.Nobody)}")));
        ExpectMsg("parent:a True");
    }

    private sealed class Stillborn : ReceiveActor
    {
        private readonly bool _inConstructor;

        public Stillborn(bool inConstructor)
        {
            _inConstructor = inConstructor;
            if (inConstructor)
            {
                throw new InvalidOperationException("constructor");
            }
        }

        protected override void PreStart()
        {
            if (!_inConstructor)
            {
                throw new InvalidOperationException("prestart");
            }
        }
    }

    private sealed class FailsAtTheEnd : ReceiveActor
    {
        protected override void PostStop() => throw new InvalidOperationException("the end");
    }
}
