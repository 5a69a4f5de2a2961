using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

public sealed class CoordinatedShutdownTests : IDisposable
{
    private static readonly CoordinatedShutdown.Reason Reason = CoordinatedShutdown.ClrExitReason.Instance;

    private readonly VirtualTime _time = new();
    private readonly SeededDispatcher _dispatcher = new(seed: 3);
    private readonly List<string> _order = [];
    private readonly List<LogEvent> _log = [];
    private readonly ActorSystem _system;
    private readonly CoordinatedShutdown _shutdown;

    public CoordinatedShutdownTests()
    {
        _time.Settle = () => _dispatcher.RunUntilIdle();
        _system = ActorRuntime.Start("test", new ActorRuntimeOptions
        {
            Dispatcher = _dispatcher,
            TimeProvider = _time,
            LogSink = _log.Add,
        });
        _shutdown = CoordinatedShutdown.Get(_system);
    }

    public void Dispose()
    {
        _system.Dispose();
        _dispatcher.RunUntilIdle();
    }

    [Fact]
    public void Phases_RunInOrder_WhenEachHasATask()
    {
        string[] phases =
        [
            "before-service-unbind", "service-unbind", "service-requests-done", "service-stop",
            "before-cluster-shutdown", "cluster-sharding-shutdown-region", "cluster-leave", "cluster-exiting",
            "cluster-exiting-done", "cluster-shutdown", "before-actor-system-terminate", "actor-system-terminate",
        ];
        foreach (var phase in phases.Reverse())
        {
            _shutdown.AddTask(phase, "note", () => Noted(phase));
        }

        var done = _shutdown.Run(Reason);
        Assert.Empty(_order); // never inside the call, which may be an actor's
        _dispatcher.RunUntilIdle();
        Assert.Equal(phases, _order);
        Assert.True(done.IsCompletedSuccessfully);
        Assert.True(_system.WhenTerminated.IsCompletedSuccessfully);
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public void Tasks_RunInParallel_WhenTheyShareAPhase()
    {
        var first = new TaskCompletionSource<Done>();
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "waits", async () =>
        {
            _order.Add("begun");
            await first.Task;
            return await Noted("first");
        });
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "frees", () =>
        {
            first.SetResult(Done.Instance);
            return Noted("second");
        });
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "later", () => Noted("later"));
        _ = _shutdown.Run(Reason);
        _dispatcher.RunUntilIdle();
        Assert.Equal(["begun", "first", "second", "later"], _order);
    }

    [Fact]
    public void NextPhase_BeginsInASliceOfTheDispatcher_WhenATaskEndsElsewhere()
    {
        var open = new TaskCompletionSource<Done>();
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "open", () => open.Task);
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "later", () => Noted("later"));
        _ = _shutdown.Run(Reason);
        _dispatcher.RunUntilIdle();
        open.SetResult(Done.Instance);
        Assert.Empty(_order);
        _dispatcher.RunUntilIdle();
        Assert.Equal(["later"], _order);
        Assert.True(_system.WhenTerminated.IsCompleted);
        Assert.Null(_time.UntilNextTimer);
    }

    [Theory]
    [InlineData(CoordinatedShutdown.PhaseServiceStop, 5)]
    [InlineData(CoordinatedShutdown.PhaseClusterShardingShutdownRegion, 10)]
    [InlineData(CoordinatedShutdown.PhaseClusterExiting, 10)]
    public void Phase_IsLoggedAndLeft_WhenItsTimeIsUp(string phase, int seconds)
    {
        var never = new TaskCompletionSource<Done>();
        _shutdown.AddTask(phase, "never", () => never.Task);
        _shutdown.AddTask(phase, "at once", () => Noted("at once"));
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "later", () => Noted("later"));
        _ = _shutdown.Run(Reason);
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.Equal(["at once"], _order);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["at once", "later"], _order);
        var log = Assert.Single(_log);
        Assert.Equal(LogLevel.WarningLevel, log.Level);
        Assert.Contains($"{phase} is over after 00:00:{seconds:00}, without waiting for never", log.Message);
        never.SetException(new IOException("late"));
        Assert.Contains(_log, late => late.Cause is IOException);
        Assert.True(_system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void FailedTask_IsLoggedAndSkipped_WhicheverWayItFails()
    {
        Task<Done>? nothing = null;
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "throws", () => throw new IOException("thrown"));
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "null", () => nothing!);
        var canceled = Task.FromCanceled<Done>(new CancellationToken(true));
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "canceled", () => canceled);
        _shutdown.AddTask(
            CoordinatedShutdown.PhaseServiceStop, "fails", () => Task.FromException<Done>(new IOException("failed")));
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "later", () => Noted("later"));
        var done = _shutdown.Run(Reason);
        _dispatcher.RunUntilIdle();
        Assert.Equal(["later"], _order);
        Assert.Equal(4, _log.Count(log => log.Message.Contains("of phase service-stop failed")));
        Assert.True(done.IsCompletedSuccessfully);
    }

    [Fact]
    public void Shutdown_RunsOnce_WhenAskedForAgain()
    {
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () => Noted("note"));
        var done = _shutdown.Run(Reason);
        Assert.Same(done, _shutdown.Run(CoordinatedShutdown.ClusterLeavingReason.Instance));
        _ = _system.Terminate();
        _dispatcher.RunUntilIdle();
        Assert.Same(done, _shutdown.Run(CoordinatedShutdown.ClusterDowningReason.Instance));
        _dispatcher.RunUntilIdle();
        Assert.Equal(["note"], _order);
        Assert.Same(Reason, _shutdown.ShutdownReason);
    }

    [Fact]
    public void Terminate_RunsTheShutdown_WhenItHasTasks()
    {
        var system = _system;
        var actor = system.ActorOf<Echo>("a");
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceRequestsDone, "ask", async () =>
        {
            _order.Add(await actor.Ask<string>("still here"));
            return Done.Instance;
        });
        Assert.Null(_shutdown.ShutdownReason);
        var terminated = system.Terminate();
        _dispatcher.RunUntilIdle();
        Assert.Equal(["still here"], _order);
        Assert.True(terminated.IsCompleted);
        Assert.Same(CoordinatedShutdown.ActorSystemTerminateReason.Instance, _shutdown.ShutdownReason);
    }

    [Fact]
    public void Terminate_StopsTheActorsAtOnce_WhenThereAreNoTasks()
    {
        var terminated = _system.Terminate();
        Assert.Null(_time.UntilNextTimer);
        _dispatcher.RunUntilIdle();
        Assert.True(terminated.IsCompleted);
        _shutdown.AddTask(CoordinatedShutdown.PhaseActorSystemTerminate, "late", () => Noted("late"));
        var done = _shutdown.Run(Reason);
        _dispatcher.RunUntilIdle();
        Assert.True(done.IsCompletedSuccessfully);
        Assert.Empty(_order);
        Assert.Same(CoordinatedShutdown.ActorSystemTerminateReason.Instance, _shutdown.ShutdownReason);
    }

    [Fact]
    public void Run_LeavesEarlierPhasesOut_WhenOneIsNamed()
    {
        _shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "early", () => Noted("early"));
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "named", () => Noted("named"));
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "later", () => Noted("later"));
        _ = _shutdown.Run(Reason, CoordinatedShutdown.PhaseClusterLeave);
        _dispatcher.RunUntilIdle();
        Assert.Equal(["named", "later"], _order);
    }

    [Fact]
    public void Run_EndsAfterTheLastPhasesTime_WhenAnActorDoesNotStop()
    {
        var open = new TaskCompletionSource();
        _system.ActorOf(Props.Create(() => new Busy(open.Task)), "busy").Tell("work");
        _dispatcher.RunUntilIdle();
        var done = _shutdown.Run(Reason);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(done.IsCompletedSuccessfully);
        Assert.False(_system.WhenTerminated.IsCompleted);
        open.SetResult();
        _dispatcher.RunUntilIdle();
        Assert.True(_system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void Phase_IsRefusedByName_WhenThereIsNone()
    {
        Assert.Contains("'tea'", Assert.Throws<ArgumentException>(() => _shutdown.AddTask("tea", "a", Never)).Message);
        Action run = () => _ = _shutdown.Run(Reason, "tea");
        Assert.Contains("'tea'", Assert.Throws<ArgumentException>(run).Message);

        static Task<Done> Never() => throw new InvalidOperationException();
    }

    [Fact]
    public async Task Terminate_EndsOnTheThreadPool_WhenTasksCompleteAnywhere()
    {
        using var system = ActorSystem.Create("pool");
        var shutdown = CoordinatedShutdown.Get(system);
        Assert.Same(shutdown, CoordinatedShutdown.Get(system));
        var count = 0;
        for (var i = 0; i < 8; i++)
        {
            shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, $"yields {i}", async () =>
            {
                await Task.Yield();
                Interlocked.Increment(ref count);
                return Done.Instance;
            });
        }

        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));
        await shutdown.Run(Reason).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(8, count);
    }

    private Task<Done> Noted(string what)
    {
        _order.Add(what);
        return Task.FromResult(Done.Instance);
    }

    private sealed class Busy : ReceiveActor
    {
        public Busy(Task work) => ReceiveAnyAsync(_ => work);
    }
}
