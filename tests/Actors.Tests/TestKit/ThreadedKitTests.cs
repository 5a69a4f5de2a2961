using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

/// <summary>The kit with its defaults: actors on the thread pool.</summary>
public sealed class ThreadedKitTests : TestKit.TestKit
{
    [Fact]
    public async Task ImplicitSender_IsTheTestActor_WhenTheTestHasAwaited()
    {
        var echo = ActorOf<Echo>();
        echo.Tell("before");
        ExpectMsg("before");
        await Task.Yield();
        echo.Tell("after yield");
        ExpectMsg("after yield");
        await Task.Run(() => echo.Tell("in a task")).ConfigureAwait(false);
        ExpectMsg("in a task");
        await echo.Ask<string>("answer", TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        echo.Tell("after ask");
        ExpectMsg("after ask");
    }

    [Fact]
    public void ImplicitSender_DoesNotLeakIntoTasks_WhenAnActorStartsThem()
    {
        ActorOf<Starter>().Tell("start");
        ExpectMsg<IActorRef>(sender => sender.Path.Name == "deadLetters");
    }

    [Fact]
    public void ExpectNoMsg_WaitsOnTheMachinesClock_WhenTimeIsNotVirtual()
    {
        ExpectNoMsg(20);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(1), TestActor, "tick", null);
        Assert.ThrowsAny<Exception>(() => ExpectNoMsg(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Timers_RunOnTheMachinesClock_WhenTimeIsNotVirtual()
    {
        var events = TestActor;
        var actor = ActorOf(() => new Puppet(events), "a");
        actor.Tell(new Puppet.Do(self =>
        {
            self.Timers.StartPeriodicTimer("key", "tick", TimeSpan.FromMilliseconds(1));
            self.Timeout(TimeSpan.FromMilliseconds(1));
        }));
        for (var count = 0; count < 3; count++)
        {
            FishForMessage<string>(text => text == "a:tick", TimeSpan.FromSeconds(10));
        }

        actor.Tell(new Puppet.Do(self => self.Timers.CancelAll()));
        FishForMessage<string>(text => text == "a:timeout", TimeSpan.FromSeconds(10));
    }

    private sealed class Starter : ReceiveActor
    {
        public Starter() => ReceiveAny(_ =>
        {
            var target = Sender;
            var probe = Context.ActorOf(Props.Create(() => new SenderTeller(target)));
            _ = Task.Run(() => probe.Tell("from a task"));
        });
    }

    private sealed class SenderTeller : ReceiveActor
    {
        public SenderTeller(IActorRef target) => ReceiveAny(_ => target.Tell(Sender));
    }
}

/// <summary>The kit under virtual time, with actors on the thread pool all the same.</summary>
public sealed class VirtualTimeTests : TestKit.TestKit
{
    private readonly VirtualTime _time;

    public VirtualTimeTests()
        : this(new VirtualTime())
    {
    }

    private VirtualTimeTests(VirtualTime time)
        : base(time) => _time = time;

    [Fact]
    public void Advance_LetsActorsSettleBetweenTimers_WhenATickStartsTheNext()
    {
        ActorOf<Chain>().Tell(5);
        this.Settle();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([5, 4, 3, 2, 1], ReceiveN(5).Cast<int>());
        ExpectNoMsg();
    }

    [Fact]
    public void Timers_FireInOrderOfDueTimeThenOfStart_WhenSeveralAreSet()
    {
        var fired = new List<string>();
        using var late = Timer("late", 2);
        using var first = Timer("first", 1);
        using var second = Timer("second", 1);
        using var never = Timer("never", 1);
        never.Dispose();
        Assert.False(never.Change(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(1), _time.UntilNextTimer);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["first 1", "second 1", "late 2"], fired);
        Assert.Null(_time.UntilNextTimer);

        ITimer Timer(string name, int seconds) => _time.CreateTimer(
            _ => fired.Add($"{name} {_time.Elapsed.TotalSeconds}"),
            null,
            TimeSpan.FromSeconds(seconds),
            Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Advance_Throws_WhenTimeIsNegative() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));

    [Fact]
    public void Clock_AgreesWithItself_WhenAdvanced()
    {
        var (utc, timestamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        _time.Advance(TimeSpan.FromMilliseconds(1234.5));
        Assert.Equal(_time.GetUtcNow() - utc, _time.GetElapsedTime(timestamp));
        Assert.Equal(TimeSpan.FromMilliseconds(1234.5), _time.Elapsed);
    }

    [Fact]
    public void SeededDispatcher_SaysSo_WhenActorsNeverRest()
    {
        var dispatcher = new SeededDispatcher(1);
        var options = new ActorRuntimeOptions { Dispatcher = dispatcher, TimeProvider = _time };
        using var system = ActorRuntime.Start("restless", options);
        system.ActorOf<Restless>().Tell("go");
        var error = Assert.Throws<InvalidOperationException>(() => dispatcher.RunUntilIdle(slicesMax: 1000));
        Assert.Contains("1000 slices", error.Message);
    }

    private sealed class Chain : ReceiveActor, IWithTimers
    {
        public Chain() => Receive<int>(left =>
        {
            if (left == 0)
            {
                return;
            }

            var asker = Sender;
            Timers.StartSingleTimer("next", new Next(left, asker), TimeSpan.FromSeconds(1));
            Become(() => Receive<Next>(next =>
            {
                next.Asker.Tell(next.Left);
                if (next.Left > 1)
                {
                    Timers.StartSingleTimer("next", next with { Left = next.Left - 1 }, TimeSpan.FromSeconds(1));
                }
            }));
        });

        public ITimerScheduler Timers { get; set; } = null!;

        private sealed record Next(int Left, IActorRef Asker);
    }

    private sealed class Restless : ReceiveActor
    {
        public Restless() => ReceiveAny(message => Self.Tell(message));
    }
}
