namespace Distributed.Actors.Tests;

public sealed class WatchTests : DeterministicKit
{
    [Fact]
    public void Terminated_IsDeliveredOnce_WhenWatchedTwice()
    {
        var actor = StartPuppet("a");
        Forget();
        Watch(actor);
        Watch(actor);
        Sys.Stop(actor);
        ExpectMsg("a:poststop");
        var terminated = ExpectTerminated(actor);
        Assert.True(terminated.ExistenceConfirmed);
        Assert.False(terminated.AddressTerminated);
        ExpectNoMsg();
    }

    [Fact]
    public void Terminated_ComesAtOnce_WhenTheActorHadStoppedBefore()
    {
        var actor = StartPuppet("a");
        Sys.Stop(actor);
        Forget();
        Watch(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Terminated_ComesThroughTheUserMailbox_WhenMessagesWaitBeforeIt()
    {
        var watcher = StartPuppet("watcher");
        var subject = StartPuppet("subject");
        watcher.Tell(new Puppet.Do(self => self.Inside.Watch(subject)));
        Forget();
        watcher.Tell(new Puppet.Do(self =>
        {
            self.Inside.Stop(subject);
            self.Ref.Tell("queued before");
        }));
        Settle();
        Assert.Equal(["watcher:queued before", "watcher:terminated subject"], Received().Where(
            message => ((string)message).StartsWith("watcher", StringComparison.Ordinal)));
    }

    [Fact]
    public void Terminated_IsNotDelivered_WhenUnwatchedWhileItWasQueued()
    {
        var watcher = StartPuppet("watcher");
        var subject = StartPuppet("subject");
        watcher.Tell(new Puppet.Do(self => self.Inside.Watch(subject)));
        Forget();
        var cell = ((LocalActorRef)watcher).Cell;
        var unwatch = new Puppet.Do(self => self.Inside.Unwatch(subject));
        cell.Mailbox.PostSystem(Suspend.Instance);
        watcher.Tell(unwatch);
        Sys.Stop(subject);
        Settle(); // the notice has come and Terminated is queued behind the unwatching
        cell.Mailbox.PostSystem(Resume.Instance);
        Assert.Equal(["subject:poststop"], Received());
    }

    [Fact]
    public void Terminated_IsNotDelivered_WhenItIsForged()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Terminated(TestActor, true, false));
        Assert.Empty(Received());
    }

    [Fact]
    public void WatchWith_DeliversTheMessage_WhenTheActorStops()
    {
        var watcher = StartPuppet("watcher");
        var subject = StartPuppet("subject");
        watcher.Tell(new Puppet.Do(self => self.Inside.WatchWith(subject, "gone")));
        Forget();
        Sys.Stop(subject);
        Assert.Equal(["subject:poststop", "watcher:gone"], Received());
    }

    [Fact]
    public void WatchWith_Throws_WhenWatchedWithAnotherMessage()
    {
        var watcher = StartPuppet("watcher");
        var subject = TestActor;
        watcher.Tell(new Puppet.Do(self =>
        {
            self.Inside.WatchWith(subject, "one");
            self.Inside.WatchWith(subject, "one");
            self.Report(Record.Exception(() => self.Inside.WatchWith(subject, "two"))!.GetType().Name);
        }));
        Assert.Contains("watcher:InvalidOperationException", Received());
    }

    [Fact]
    public void Watcher_Stops_WhenItDoesNotHandleTerminated()
    {
        var watcher = Watch(ActorOf(Props.Create(() => new Indifferent(TestActor)), "watcher"));
        EventFilter.Exception<DeathPactException>().ExpectOne(() => watcher.Tell("watch and stop a child"));
        FishForMessage<Terminated>(message => message.ActorRef.Equals(watcher));
    }

    [Fact]
    public void Watcher_HearsOfBothIncarnations_WhenANameIsUsedAgain()
    {
        var first = Watch(StartPuppet("a"));
        Sys.Stop(first);
        FishForMessage<Terminated>(message => message.ActorRef.Equals(first));
        var second = Watch(StartPuppet("a"));
        Sys.Stop(second);
        FishForMessage<Terminated>(message => message.ActorRef.Equals(second));
    }

    private sealed class Indifferent : ReceiveActor
    {
        public Indifferent(IActorRef other)
        {
            Receive<string>(_ =>
            {
                var child = Context.ActorOf(Props.Create(() => new Puppet(other)), "child");
                Context.Watch(child);
                Context.Stop(child);
            });
        }
    }
}
