using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

public sealed class DispatcherTests : TestKit.TestKit
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task DedicatedThread_RunsOneActorOnItsOwnThread_WhenChosen()
    {
        var props = Props.Create(() => new WhereAmI()).WithDispatcher(DispatcherNames.DedicatedThread);
        var (first, second) = (ActorOf(props, "first"), ActorOf(props, "second"));
        var threads = new List<string?>();
        for (var time = 0; time < 5; time++)
        {
            threads.Add(await first.Ask<string>("where?", Bound));
        }

        Assert.Single(threads.Distinct());
        Assert.EndsWith("/user/first", threads[0]);
        Assert.EndsWith("/user/second", await second.Ask<string>("where?", Bound));
    }

    [Fact]
    public async Task DedicatedThread_StillTurnsMessagesIntoDeadLetters_WhenItsActorHasStopped()
    {
        var props = Props.Create(() => new WhereAmI()).WithDispatcher(DispatcherNames.DedicatedThread);
        var actor = ActorOf(props, "actor");
        Assert.True(await actor.GracefulStop(Bound));
        Sys.EventStream.Subscribe<DeadLetter>(TestActor);
        actor.Tell("too late");
        ExpectMsg<DeadLetter>(letter => letter.Message.Equals("too late"));
    }

    [Fact]
    public void DedicatedThread_RunsQueuedSlicesThenEnds_WhenDisposed()
    {
        using var done = new CountdownEvent(3);
        var dispatcher = new DedicatedThreadDispatcher("test");
        dispatcher.Schedule(new Slice(() => done.Signal()));
        dispatcher.Schedule(new Slice(() => done.Signal()));
        dispatcher.Dispose();
        dispatcher.Dispose();
        dispatcher.Schedule(new Slice(() => done.Signal()));
        Assert.True(done.Wait(Bound));
    }

    [Fact]
    public void Slice_YieldsToOthers_WhenOneActorHasMoreThanThirtyMessages()
    {
        var slices = new List<IThreadPoolWorkItem>();
        var dispatcher = new Collecting(slices);
        using var system = ActorRuntime.Start("slices", new ActorRuntimeOptions { Dispatcher = dispatcher });
        var handled = new List<object>();
        var actor = system.ActorOf(Props.Create(() => new Recorder(handled)), "actor");
        RunAll(slices);
        for (var number = 0; number < 70; number++)
        {
            actor.Tell(number);
        }

        var turns = new List<int>();
        while (slices.Count > 0)
        {
            RunOne(slices);
            turns.Add(handled.Count);
        }
        Assert.Equal([30, 60, 70], turns);
    }

    [Fact]
    public void Simulation_RepeatsItself_WhenTheSeedIsTheSame()
    {
        var first = Trace(seed: 7);
        Assert.Equal(first, Trace(seed: 7));
        Assert.NotEqual(first, Trace(seed: 8));
    }

    private static List<object> Trace(int seed)
    {
        var dispatcher = new SeededDispatcher(seed);
        using var system = ActorRuntime.Start("simulated", new ActorRuntimeOptions
        {
            Dispatcher = dispatcher,
            TimeProvider = new VirtualTime(),
        });
        var trace = new List<object>();
        var recorder = system.ActorOf(Props.Create(() => new Recorder(trace)), "recorder");
        for (var index = 0; index < 20; index++)
        {
            system.ActorOf<Echo>($"echo-{index}").Tell(index, recorder);
        }

        dispatcher.RunUntilIdle();
        return trace;
    }

    private static void RunAll(List<IThreadPoolWorkItem> slices)
    {
        while (slices.Count > 0)
        {
            RunOne(slices);
        }
    }

    private static void RunOne(List<IThreadPoolWorkItem> slices)
    {
        var slice = slices[0];
        slices.RemoveAt(0);
        slice.Execute();
    }

    private sealed class Slice(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }

    private sealed class Collecting(List<IThreadPoolWorkItem> slices) : IDispatcher
    {
        public void Schedule(IThreadPoolWorkItem slice) => slices.Add(slice);
    }

    private sealed class Recorder : ReceiveActor
    {
        public Recorder(List<object> handled) => ReceiveAny(handled.Add);
    }

    private sealed class WhereAmI : ReceiveActor
    {
        public WhereAmI() => ReceiveAny(_ => Sender.Tell(Thread.CurrentThread.Name ?? "pool"));
    }
}
