namespace Distributed.Actors.Tests;

public sealed class StashTests : DeterministicKit
{
    private readonly IActorRef _actor;

    public StashTests()
    {
        _actor = StartPuppet("a");
        _actor.Tell(new Puppet.Do(self => self.TurnStacked(() =>
        {
            self.On<int>(_ => self.Stash.Stash());
            self.On<Terminated>(_ => self.Stash.Stash());
            self.On<Puppet.Do>(message => message.Act(self));
        })));
        Forget();
        for (var number = 1; number <= 3; number++)
        {
            _actor.Tell(number);
        }
    }

    [Fact]
    public void UnstashAll_PutsMessagesBeforeTheMailboxInOrder_WhenOthersWait()
    {
        Open(self => self.Stash.UnstashAll());
        _actor.Tell(4);
        Assert.Equal(["a:1", "a:2", "a:3", "a:4"], Received());
    }

    [Fact]
    public void Unstash_PutsTheOldestBack_WhenCalledOnce()
    {
        Open(self => self.Stash.Unstash());
        Assert.Equal(["a:1"], Received());
    }

    [Fact]
    public void UnstashAll_DropsTheOthers_WhenAPredicateIsGiven()
    {
        Open(self => self.Stash.UnstashAll(envelope => (int)envelope.Message != 2));
        Assert.Equal(["a:1", "a:3"], Received());
    }

    [Fact]
    public void Stash_KeepsTheSender_WhenUnstashed()
    {
        var probe = CreateTestProbe("probe");
        probe.Send(_actor, 4);
        Open(self =>
        {
            self.Turn(() => self.On<int>(_ => self.Report(self.From.Path.Name)));
            self.Stash.UnstashAll();
        });
        Assert.Equal("a:probe", Received()[^1]);
    }

    [Fact]
    public void Stash_Throws_WhenAMessageIsStashedTwice()
    {
        var error = default(Exception);
        _actor.Tell(new Puppet.Do(self =>
        {
            self.Stash.Stash();
            error = Record.Exception(self.Stash.Stash);
        }));
        Settle();
        Assert.IsType<IllegalActorStateException>(error);
    }

    [Fact]
    public void Stash_BecomesDeadLettersInOrder_WhenTheActorStops()
    {
        var deadLetters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(deadLetters.Ref);
        _actor.Tell(PoisonPill.Instance);
        Settle();
        Assert.Equal([1, 2, 3], deadLetters.ReceiveN(3).Select(letter => (int)((DeadLetter)letter).Message));
    }

    [Fact]
    public void Stash_DeliversTerminated_WhenItWasStashed()
    {
        var subject = StartPuppet("subject");
        _actor.Tell(new Puppet.Do(self => self.Inside.Watch(subject)));
        Sys.Stop(subject);
        Forget();
        Open(self => self.Stash.UnstashAll());
        Assert.Equal("a:terminated subject", Received()[^1]);
    }

    [Fact]
    public void Stash_CountsAndClearsAndPrepends_WhenAsked()
    {
        Open(self =>
        {
            self.Report($"{self.Stash.Count} {self.Stash.NonEmpty} {self.Stash.IsFull}");
            var all = self.Stash.ClearStash().ToList();
            self.Report($"{all.Count} {self.Stash.IsEmpty}");
            self.Stash.Prepend(all);
            self.Stash.UnstashAll();
        });
        Assert.Equal(["a:3 True False", "a:3 True", "a:1", "a:2", "a:3"], Received());
    }

    private void Open(Action<Puppet> act) => _actor.Tell(new Puppet.Do(self =>
    {
        self.TurnBack();
        act(self);
    }));
}
