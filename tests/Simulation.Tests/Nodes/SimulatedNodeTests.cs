namespace Distributed.Simulation.Tests.Nodes;

public sealed class SimulatedNodeTests
{
    [Theory]
    [InlineData(CrashKind.Process, 0.002)]
    [InlineData(CrashKind.PowerFailure, 11)]
    public void Crash_LosesFramesAndLinks_AndPeersNotice(CrashKind kind, double secondsMax)
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        one.Send(other, 1);
        other.Send(one, 1);
        simulator.RunFor(2 * Stage.Latency);
        one.Send(other, 2);
        other.Send(one, 2);
        one.Crash(kind);
        var isTold = simulator.RunUntil(() => inboxes[1].Lost.Count > 0, TimeSpan.FromSeconds(secondsMax));
        Assert.True(isTold);
        Assert.True(kind == CrashKind.Process || simulator.Now > TimeSpan.FromSeconds(10));
        Assert.Equal([1], inboxes[1].Steps);
        Assert.Equal([1], inboxes[0].Steps);
    }

    [Fact]
    public void Restart_MakesNewLinks()
    {
        var simulator = Stage.Of(2);
        simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        other.Send(one, 1);
        simulator.RunFor(2 * Stage.Latency);
        one.Restart();
        var inbox = new Inbox(one);
        simulator.RunFor(2 * Stage.Latency);
        other.Send(one, 2);
        simulator.RunFor(2 * Stage.Latency);
        Assert.Equal([2], inbox.Steps);
        Assert.Equal(2, one.Incarnation);
    }

    [Fact]
    public void Freeze_KeepsEverythingInOrder_UntilThaw()
    {
        var simulator = Stage.Of(3);
        var inboxes = simulator.OpenAll();
        var frozen = simulator.Nodes[0];
        frozen.Freeze();
        for (var step = 0; step < 10; step++)
        {
            simulator.Nodes[1 + (step % 2)].Send(frozen, step);
            simulator.RunFor(Stage.Latency / 3);
        }

        frozen.After(TimeSpan.Zero, () => simulator.Nodes[1].Send(frozen, 99));
        simulator.RunFor(TimeSpan.FromHours(1));
        Assert.Empty(inboxes[0].Frames);
        frozen.Thaw();
        simulator.RunFor(Stage.Latency * 3);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99], inboxes[0].Steps);
        Assert.All(inboxes, inbox => Assert.Empty(inbox.Lost));
    }

    [Fact]
    public void Freeze_StopsActors_UntilThaw()
    {
        var simulator = new Simulator(1);
        var node = simulator.AddNode("n");
        var seen = new List<string>();
        IActorRef actor = ActorRefs.Nobody;
        node.Start(_ => actor = ActorRuntime.Start("s", node.RuntimeOptions).ActorOf(
            Props.Create(() => new EchoActor(seen))));
        simulator.RunFor(TimeSpan.FromSeconds(1));
        actor.Tell("a");
        node.Freeze();
        actor.Tell("b");
        simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(seen);
        node.Thaw();
        simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["a", "b"], seen);
        actor.Tell("c");
        node.Crash();
        simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["a", "b"], seen);
    }

    [Fact]
    public void Start_Throws_WhenItRuns()
    {
        var simulator = Stage.Of(1);
        Assert.Throws<InvalidOperationException>(() => simulator.Nodes[0].Start(_ => { }));
        simulator.Nodes[0].Crash();
        Assert.Throws<InvalidOperationException>(() => simulator.Nodes[0].Compute);
    }

    private sealed class EchoActor : ReceiveActor
    {
        public EchoActor(List<string> seen) => Receive<string>(seen.Add);
    }
}
