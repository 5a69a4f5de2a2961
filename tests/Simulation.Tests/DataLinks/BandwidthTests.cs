using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Simulation.Tests.DataLinks;

public sealed class BandwidthTests
{
    private const long LatencyNs = 1_000_000;

    [Theory]
    [InlineData(1, 1, 0, 64)]
    [InlineData(1, 100, 1000, 4064)]
    [InlineData(2.5, 10, 1000, 10064)]
    public void Send_TakesTheBytesAndOneLatency_WhenOneNodeSends(double scale, int count, int floats, long frameNs)
    {
        var simulator = Stage.Of(2, options => options with { Network = options.Network with { ByteScale = scale } });
        var inboxes = simulator.OpenAll();
        Burst(simulator.Nodes[0], simulator.Nodes[1], count, floats);
        simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Range(1, count).Select(i => (i * frameNs) + LatencyNs), inboxes[1].TimesNs);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Send_SharesTheReceiversBandwidth_WhenSeveralNodesSend(int senders)
    {
        const int Count = 50;
        var simulator = Stage.Of(senders + 1);
        var inboxes = simulator.OpenAll();
        foreach (var sender in simulator.Nodes.Skip(1))
        {
            Burst(sender, simulator.Nodes[0], Count, 1000);
        }

        simulator.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(Count * senders, inboxes[0].Frames.Count);
        // The first frames of links to be made come in at the same time; from then on there is one after the other.
        var gapsNs = inboxes[0].TimesNs.Zip(inboxes[0].TimesNs.Skip(1), (one, next) => next - one);
        Assert.All(gapsNs, gapNs => Assert.Equal(4064, gapNs));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Send_SharesTheSendersBandwidth_WhenItSendsToSeveral(int framesPerEvent)
    {
        var simulator = Stage.Of(
            3, options => options with { Network = options.Network with { FramesPerEvent = framesPerEvent } });
        var inboxes = simulator.OpenAll();
        for (var i = 0; i < 8; i++)
        {
            Burst(simulator.Nodes[0], simulator.Nodes[1], 1, 1000);
            Burst(simulator.Nodes[0], simulator.Nodes[2], 1, 1000);
        }

        simulator.RunFor(TimeSpan.FromSeconds(1));
        var lastNs = Math.Max(inboxes[1].TimesNs[^1], inboxes[2].TimesNs[^1]);
        Assert.Equal((16 * 4064) + LatencyNs, lastNs);
    }

    private static void Burst(SimulatedNode from, SimulatedNode to, int count, int floats)
    {
        var buffer = new AlignedBuffer(floats);
        for (var i = 0; i < count; i++)
        {
            from.Data.Send(to.Name, new FrameHeader(FrameKind.Weights, 1, i, 0, 0, 0, 0, floats), buffer);
        }
    }
}
