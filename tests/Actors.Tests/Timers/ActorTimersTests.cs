namespace Distributed.Actors.Tests;

public sealed class ActorTimersTests : DeterministicKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly IActorRef _actor;

    public ActorTimersTests()
    {
        _actor = StartPuppet("a");
        Forget();
    }

    [Fact]
    public void SingleTimer_FiresOnce_WhenItsTimeHasCome()
    {
        With(timers => timers.StartSingleTimer("key", "tick", Second));
        Time.Advance(Second - TimeSpan.FromTicks(1));
        Assert.Empty(Received());
        Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["a:tick"], Received());
        Time.Advance(10 * Second);
        Assert.Empty(Received());
    }

    [Fact]
    public void SingleTimer_IsInactive_WhenItsHandlerRuns()
    {
        _actor.Tell(new Puppet.Do(self => self.Timers.StartSingleTimer(
            "key", new Puppet.Do(later => later.Report(later.Timers.IsTimerActive("key"))), Second)));
        Time.Advance(Second);
        Assert.Equal(["a:False"], Received());
    }

    [Fact]
    public void PeriodicTimer_FiresFirstAfterItsInterval_WhenNoDelayIsGiven()
    {
        With(timers => timers.StartPeriodicTimer("key", "tick", Second));
        Assert.Empty(Received());
        Time.Advance(3 * Second);
        Assert.Equal(["a:tick", "a:tick", "a:tick"], Received());
    }

    [Fact]
    public void PeriodicTimer_FiresFirstAfterItsDelay_WhenOneIsGiven()
    {
        With(timers => timers.StartPeriodicTimer("key", "tick", TimeSpan.Zero, Second));
        Time.Advance(TimeSpan.Zero);
        Assert.Single(Received());
        Time.Advance(2 * Second);
        Assert.Equal(2, Received().Count);
    }

    [Fact]
    public void Timer_IsReplaced_WhenItsKeyIsStartedAgain()
    {
        With(timers => timers.StartSingleTimer("key", "old", Second));
        With(timers => timers.StartSingleTimer("key", "new", 2 * Second));
        Time.Advance(5 * Second);
        Assert.Equal(["a:new"], Received());
    }

    [Fact]
    public void Tick_IsDiscarded_WhenItsTimerIsCancelledAfterItWasQueued()
    {
        With(timers => timers.StartSingleTimer("key", "tick", Second));
        Settle();
        FireWhileBusy(timers => timers.Cancel("key"));
        Assert.Empty(Received());
    }

    [Fact]
    public void Tick_IsDiscarded_WhenItsTimerIsReplacedAfterItWasQueued()
    {
        With(timers => timers.StartPeriodicTimer("key", "old", Second));
        Settle();
        FireWhileBusy(timers => timers.StartPeriodicTimer("key", "new", Second));
        Assert.Empty(Received());
        Time.Advance(Second);
        Assert.Equal(["a:new"], Received());
    }

    [Fact]
    public void Tick_IsDiscarded_WhenTheActorRestartedAfterItWasQueued()
    {
        With(timers => timers.StartPeriodicTimer("key", "old", Second));
        Settle();
        FireWhileBusy(_ => throw new InvalidOperationException("oops"));
        Assert.DoesNotContain("a:old", Received());
    }

    [Fact]
    public void Timers_StopSilently_WhenTheActorStops()
    {
        var deadLetters = CreateTestProbe();
        Sys.EventStream.Subscribe<AllDeadLetters>(deadLetters.Ref);
        With(timers => timers.StartPeriodicTimer("key", "tick", Second));
        _actor.Tell(PoisonPill.Instance);
        Time.Advance(5 * Second);
        deadLetters.ExpectNoMsg();
    }

    [Fact]
    public void ActiveTimers_ListsKeys_WhenSomeRunAndCancelAllEndsThem()
    {
        _actor.Tell(new Puppet.Do(self =>
        {
            self.Timers.StartSingleTimer("one", "1", Second);
            self.Timers.StartPeriodicTimer("two", "2", Second);
            self.Report(string.Join(' ', self.Timers.ActiveTimers));
            self.Timers.CancelAll();
            self.Report(self.Timers.ActiveTimers.Count);
        }));
        Time.Advance(5 * Second);
        Assert.Equal(["a:one two", "a:0"], Received());
    }

    [Fact]
    public void Sender_IsDeadLettersOrTheOneGiven_WhenATimerFires()
    {
        var from = new Puppet.Do(self => self.Report(self.From.Path.Name));
        With(timers => timers.StartSingleTimer("key", from, Second));
        With(timers => timers.StartSingleTimer("other", from, 2 * Second, _actor));
        Time.Advance(2 * Second);
        Assert.Equal(["a:deadLetters", "a:a"], Received());
    }

    [Fact]
    public void StartTimer_NamesTheTime_WhenItIsOutOfRange()
    {
        _actor.Tell(new Puppet.Do(self =>
        {
            self.Report(Error(() => self.Timers.StartPeriodicTimer("key", "x", TimeSpan.Zero)));
            self.Report(Error(() => self.Timers.StartSingleTimer("key", "x", TimeSpan.FromTicks(-1))));
        }));
        Assert.All(Received(), message => Assert.Contains("out of range", (string)message));
    }

    private static string Error(Action code) => Assert.Throws<ArgumentOutOfRangeException>(code).Message;

    private void With(Action<ITimerScheduler> act) => _actor.Tell(new Puppet.Do(self => act(self.Timers)));

    /// <summary>Lets the timers fire while the actor is suspended with this act first in its mailbox.</summary>
    private void FireWhileBusy(Action<ITimerScheduler> act)
    {
        var cell = ((LocalActorRef)_actor).Cell;
        cell.Mailbox.PostSystem(Suspend.Instance);
        With(act);
        Time.Advance(Second);
        cell.Mailbox.PostSystem(Resume.Instance);
        Settle();
    }
}
