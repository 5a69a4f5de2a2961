using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

public sealed class ActorSystemTests
{
    private readonly VirtualTime _time = new();
    private readonly SeededDispatcher _dispatcher = new(seed: 1);
    private readonly List<Exception> _fatal = [];

    [Fact]
    public void Terminate_StopsEverythingThenRunsCallbacksLastFirst_WhenCalled()
    {
        using var system = Start();
        var order = new List<string>();
        var parent = system.ActorOf(Props.Create(() => new Mourner(order, "actor")), "a");
        system.RegisterOnTermination(() => order.Add("first callback"));
        system.RegisterOnTermination(() => order.Add("second callback"));
        _dispatcher.RunUntilIdle();
        var terminated = system.Terminate();
        _dispatcher.RunUntilIdle();
        Assert.True(terminated.IsCompletedSuccessfully);
        Assert.True(((InternalActorRef)parent).IsTerminated);
        Assert.Equal(["actor", "second callback", "first callback"], order);
        Assert.Throws<InvalidOperationException>(() => system.RegisterOnTermination(() => { }));
        Assert.Throws<InvalidOperationException>(() => system.ActorOf<Echo>("late"));
    }

    [Fact]
    public void Terminate_ChangesNothing_WhenCalledAgain()
    {
        using var system = Start();
        var terminated = system.Terminate();
        Assert.Same(terminated, system.Terminate());
        _dispatcher.RunUntilIdle();
        Assert.True(system.WhenTerminated.IsCompleted);
        system.Dispose();
    }

    [Fact]
    public void FatalError_ReachesTheSinkAndEndsTheSystem_WhenEscalatedBeyondTheTop()
    {
        using var system = Start();
        var cause = new InvalidOperationException("fatal");
        ((LocalActorRef)system.ActorOf<Echo>("a")).Cell.ParentRef.SendSystem(new Failed(null!, cause));
        var user = ((LocalActorRef)system.ActorOf<Echo>("b")).Cell.ParentRef;
        ((LocalActorRef)user).Cell.ParentRef.SendSystem(new Failed(null!, cause));
        _dispatcher.RunUntilIdle();
        Assert.Contains(cause, _fatal);
        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void Uptime_FollowsTheTimeProvider_WhenTimeMoves()
    {
        using var system = Start();
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(TimeSpan.FromSeconds(90), system.Uptime);
        Assert.Equal(_time.GetUtcNow(), system.Scheduler.Now);
    }

    [Fact]
    public async Task Create_StartsOnTheThreadPoolAndMachineClock_WhenNothingIsChosen()
    {
        using var system = ActorSystem.Create("plain");
        var echo = system.ActorOf<Echo>("echo");
        Assert.Equal(5, await echo.Ask<int>(5, TimeSpan.FromSeconds(10)));
        Assert.Equal("actors://plain/user/echo", echo.Path.ToString());
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Create_Throws_WhenTheNameIsMalformed() =>
        Assert.Throws<InvalidActorNameException>(() => ActorSystem.Create("a b"));

    private ActorSystem Start() => ActorRuntime.Start("test", new ActorRuntimeOptions
    {
        Dispatcher = _dispatcher,
        TimeProvider = _time,
        FatalSink = _fatal.Add,
    });

    private sealed class Mourner(List<string> order, string name) : ReceiveActor
    {
        protected override void PostStop() => order.Add(name);
    }
}
