using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation.Tests.DataLinks;

public sealed class DataLinkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Send_KeepsTheOrderOfEachPair_WhenLatencyVaries(int framesPerEvent)
    {
        var simulator = Stage.Of(4, options => options with
        {
            Network = options.Network with { Jitter = TimeSpan.FromMilliseconds(9), FramesPerEvent = framesPerEvent },
        });
        var inboxes = simulator.OpenAll();
        for (var step = 0; step < 50; step++)
        {
            foreach (var from in simulator.Nodes)
            {
                foreach (var to in simulator.Nodes.Where(to => to != from))
                {
                    from.Send(to, step);
                }
            }
        }

        simulator.RunFor(TimeSpan.FromSeconds(1));
        foreach (var inbox in inboxes)
        {
            Assert.Equal(150, inbox.Frames.Count);
            Assert.All(
                inbox.Frames.GroupBy(frame => frame.From),
                frames => Assert.Equal(Enumerable.Range(0, 50), frames.Select(frame => (int)frame.Step)));
        }
    }

    [Fact]
    public void Send_ReadsTheFloats_WhenTheyArrive()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var buffer = new AlignedBuffer(4);
        buffer.Span[3] = 1;
        var header = new FrameHeader(FrameKind.Weights, 1, 0, 0, 0, 0, 0, 1);
        simulator.Nodes[0].Data.Send("n1", header, buffer, 3);
        simulator.RunFor(Stage.Latency / 2);
        buffer.Span[3] = 2;
        simulator.RunFor(Stage.Latency);
        Assert.Equal([2f], inboxes[1].FirstFloats);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    [InlineData(-1, 1)]
    public void Send_Throws_WhenTheBufferLacksTheFloats(int offset, int count)
    {
        var simulator = Stage.Of(2);
        var header = new FrameHeader(FrameKind.Weights, 1, 0, 0, 0, 0, 0, count);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => simulator.Nodes[0].Data.Send("n1", header, new AlignedBuffer(4), offset));
    }

    [Fact]
    public void Send_LosesThePeer_WhenNobodyIsThere()
    {
        var simulator = Stage.Of(3);
        var inbox = new Inbox(simulator.Nodes[0]);
        simulator.Nodes[2].Crash();
        simulator.Nodes[0].Send(simulator.Nodes[1], 0); // runs, and does not listen
        simulator.Nodes[0].Send(simulator.Nodes[2], 0);
        simulator.Nodes[0].Data.Send("elsewhere", default);
        simulator.RunFor(3 * Stage.Latency);
        Assert.Equal(["elsewhere", "n1", "n2"], inbox.Lost.Select(lost => lost.Address).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Reset_TellsThePeerOnly_AndVoidsWhatIsOnItsWay(int framesPerEvent)
    {
        var simulator = Stage.Of(
            2, options => options with { Network = options.Network with { FramesPerEvent = framesPerEvent } });
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        one.Send(other, 1);
        other.Send(one, 1);
        simulator.RunFor(2 * Stage.Latency);
        one.Send(other, 2);
        other.Send(one, 2);
        one.Data.Reset();
        one.Send(other, 3);
        simulator.RunFor(3 * Stage.Latency);
        other.Send(one, 4);
        simulator.RunFor(3 * Stage.Latency);
        Assert.Equal([1, 3], inboxes[1].Steps);
        Assert.Equal([1, 4], inboxes[0].Steps);
        Assert.Empty(inboxes[0].Lost);
        Assert.Equal("n0", Assert.Single(inboxes[1].Lost).Address);
    }

    [Fact]
    public void Reset_TellsNobody_WhenBothSidesReset()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        one.Send(other, 1);
        other.Send(one, 1);
        simulator.RunFor(2 * Stage.Latency);
        one.Data.Reset();
        one.Send(other, 2);
        simulator.RunFor(Stage.Latency / 2);
        other.Data.Reset();
        other.Send(one, 2);
        simulator.RunFor(9 * Stage.Latency);
        Assert.All(inboxes, inbox => Assert.Empty(inbox.Lost));
        Assert.All(inboxes, inbox => Assert.Equal([1, 2], inbox.Steps));
    }

    [Fact]
    public void Drop_TellsBoth_AndLosesWhatIsOnItsWay()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        one.Send(other, 1);
        simulator.RunFor(2 * Stage.Latency);
        one.Send(other, 2);
        simulator.Network.Drop(one, other);
        simulator.RunFor(2 * Stage.Latency);
        one.Send(other, 3);
        simulator.RunFor(2 * Stage.Latency);
        Assert.Equal([1, 3], inboxes[1].Steps);
        Assert.All(inboxes, inbox => Assert.Single(inbox.Lost));
    }

    [Fact]
    public void Duplicate_RepeatsFrames_BeforeThoseThatFollow()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        simulator.Network.Duplicate(simulator.Nodes[0], simulator.Nodes[1], 2);
        for (var step = 1; step <= 4; step++)
        {
            simulator.Nodes[0].Send(simulator.Nodes[1], step);
        }

        simulator.RunFor(9 * Stage.Latency);
        Assert.Equal([1, 2, 1, 2, 3, 4], inboxes[1].Steps);
    }

    [Fact]
    public void Delay_HoldsBackOneWay()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        simulator.Network.Delay(simulator.Nodes[0], simulator.Nodes[1], TimeSpan.FromMilliseconds(50));
        simulator.Nodes[0].Send(simulator.Nodes[1], 1);
        simulator.Nodes[1].Send(simulator.Nodes[0], 1);
        simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(51_000_064, inboxes[1].TimesNs[0]);
        Assert.Equal(1_000_064, inboxes[0].TimesNs[0]);
    }

    [Fact]
    public void Hold_KeepsFramesInOrder_UntilRelease()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        simulator.Network.Hold(one, other);
        one.Send(other, 1);
        one.Send(other, 2);
        simulator.RunFor(TimeSpan.FromHours(1));
        Assert.Empty(inboxes[1].Frames);
        simulator.Network.Release(one, other);
        one.Send(other, 3);
        simulator.RunFor(2 * Stage.Latency);
        one.Send(other, 4);
        simulator.RunFor(2 * Stage.Latency);
        Assert.Equal([1, 2, 3, 4], inboxes[1].Steps);
        Assert.All(inboxes, inbox => Assert.Empty(inbox.Lost));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Partition_LosesTheLinkOnBothSides_WhenItLasts(bool isOneWay)
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        one.Send(other, 1);
        simulator.RunFor(2 * Stage.Latency);
        Cut(simulator.Network, one, other, isOneWay);
        one.Send(other, 2);
        simulator.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.All(inboxes, inbox => Assert.Empty(inbox.Lost));
        simulator.RunFor(Stage.LossMax);
        Assert.All(inboxes, inbox => Assert.Single(inbox.Lost));
        simulator.Network.Repair(one, other);
        one.Send(other, 3);
        simulator.RunFor(3 * Stage.Latency);
        Assert.Equal([1, 3], inboxes[1].Steps);
        Assert.All(inboxes, inbox => Assert.Single(inbox.Lost));
    }

    [Fact]
    public void Partition_LosesNothing_WhenItIsRepairedInTime()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        simulator.Network.Partition(one, other);
        one.Send(other, 1);
        one.Send(other, 2);
        simulator.RunFor(TimeSpan.FromSeconds(9));
        simulator.Network.Repair(one, other);
        simulator.RunFor(2 * Stage.LossMax);
        Assert.Equal([1, 2], inboxes[1].Steps);
        Assert.All(inboxes, inbox => Assert.Empty(inbox.Lost));
    }

    [Fact]
    public void PartitionOneWay_LetsTheOtherWayFlow_OnALinkThatIsMade()
    {
        var simulator = Stage.Of(2);
        var inboxes = simulator.OpenAll();
        var (one, other) = (simulator.Nodes[0], simulator.Nodes[1]);
        one.Send(other, 1);
        other.Send(one, 1);
        simulator.RunFor(2 * Stage.Latency);
        simulator.Network.PartitionOneWay(one, other);
        one.Send(other, 2);
        other.Send(one, 2);
        simulator.RunFor(2 * Stage.Latency);
        Assert.Equal([1], inboxes[1].Steps);
        Assert.Equal([1, 2], inboxes[0].Steps);
    }

    private static void Cut(SimulatedNetwork network, SimulatedNode one, SimulatedNode other, bool isOneWay)
    {
        if (isOneWay)
        {
            network.PartitionOneWay(one, other);
        }
        else
        {
            network.Partition(one, other);
        }
    }
}
