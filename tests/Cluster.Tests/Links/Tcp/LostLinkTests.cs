using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Tests.Links.Tcp;

public sealed class LostLinkOverTcpTests() : LostLinkTests(isLocal: false);

public sealed class LostLinkOverLocalSocketsTests() : LostLinkTests(isLocal: true);

/// <summary>Who is told of a link's end, how often and why.</summary>
public abstract class LostLinkTests(bool isLocal)
{
    [Fact]
    public void Loss_IsToldToEveryoneOnce_WhenANodeEnds()
    {
        var nodes = Enumerable.Range(0, 5).Select(_ => Node()).ToList();
        AllToAll(nodes, 1);
        nodes[4].Dispose();
        foreach (var node in nodes[..4])
        {
            Assert.Equal(nodes[4].Address, node.TakeLoss().Address);
        }

        // A round among the others in the same generation still arrives, and after it nothing more was told.
        AllToAll(nodes[..4], 1);
        AllToAll(nodes[..4], 2);
        Assert.All(nodes, node => Assert.Empty(node.Losses));
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public void Loss_IsToldOnceForAGeneration_HoweverMuchIsSent()
    {
        using var node = Node();
        string nobody;
        using (var gone = Node())
        {
            nobody = gone.Address;
        }

        for (var i = 0; i < 100; i++)
        {
            node.Link.Send(nobody, Hello(1));
        }

        Assert.Equal((nobody, "connection refused"), node.TakeLoss());
        node.Link.Send(nobody, Hello(1));
        node.Link.Send(nobody, Hello(2));
        Assert.Equal((nobody, "connection refused"), node.TakeLoss());
        node.Link.Reset();
        node.Link.Send(nobody, Hello(2));
        Assert.Equal((nobody, "connection refused"), node.TakeLoss());
        Assert.Empty(node.Losses);
    }

    [Theory]
    [InlineData("nonsense", "no address")]
    [InlineData("127.0.0.1:0", "no address")]
    [InlineData("no-such-host.invalid:9", "not found")]
    public void Loss_NamesTheCause_WhenThereIsNoSuchAddress(string address, string reason)
    {
        using var node = Node();
        node.Link.Send(address, Hello(1));
        var loss = node.TakeLoss();
        Assert.Equal(address, loss.Address);
        Assert.Contains(reason, loss.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Reset_TellsNobodyHere_AndANewGenerationHasNewLinks()
    {
        using var one = Node();
        using var two = Node();
        List<TestNode> nodes = [one, two];
        for (var generation = 1; generation <= 20; generation++)
        {
            AllToAll(nodes, generation);
            one.Link.Reset();
            two.Link.Reset();
        }

        // Each may have seen the other's reset before its own; never one of the generation after.
        AllToAll(nodes, 21);
        Assert.All(nodes, node => Assert.InRange(node.Losses.Count, 0, 20));
        while (one.Losses.TryTake(out _) || two.Losses.TryTake(out _))
        {
        }

        AllToAll(nodes, 21);
        Assert.All(nodes, node => Assert.Empty(node.Losses));
    }

    [Fact]
    public void Reset_DropsWhatIsQueued()
    {
        using var from = Node();
        using var to = Node(isOpen: false);
        var buffer = new AlignedBuffer(1 << 20);
        for (var i = 0; i < 100; i++)
        {
            from.Link.Send(to.Address, Hello(1) with { Count = buffer.Length }, buffer);
        }

        from.Link.Reset();
        to.Link.Open(to);
        from.Link.Send(to.Address, Hello(2));
        var generations = new List<long>();
        do
        {
            generations.Add(to.TakeFrame().Header.Generation);
        }
        while (generations[^1] != 2);
        Assert.InRange(generations.Count, 1, 50); // what the network had taken may still come
        Assert.Empty(from.Losses);
    }

    [Fact]
    public void Loss_IsATimeOut_WhenThePeerFallsSilent()
    {
        var options = new TcpDataLinkOptions
        {
            SignEvery = TimeSpan.FromMilliseconds(50),
            SilenceMax = TimeSpan.FromMilliseconds(200),
        };
        using var node = Node(options);
        using var mute = new RawPeer();
        node.Link.Send(mute.Address, Hello(1));
        mute.AcceptOnce(TestNode.Token);
        Assert.Contains("time-out", node.TakeLoss().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_Stay_WhileNothingButSignsOfLifeIsSent()
    {
        var options = new TcpDataLinkOptions
        {
            SignEvery = TimeSpan.FromMilliseconds(20),
            SilenceMax = TimeSpan.FromSeconds(20),
        };
        using var one = Node(options);
        using var two = Node(options);
        List<TestNode> nodes = [one, two];
        AllToAll(nodes, 1);
        using var ticks = new ManualResetEventSlim();
        Assert.False(ticks.Wait(TimeSpan.FromMilliseconds(300)));
        AllToAll(nodes, 1);
        Assert.All(nodes, node => Assert.Empty(node.Losses));
    }

    [Fact]
    public void Send_NeverWaits_WhileThePeerTakesNothing()
    {
        using var from = Node();
        using var stuck = Node(isOpen: false);
        using var other = Node();
        var buffer = new AlignedBuffer(1 << 20);
        for (var i = 0; i < 64; i++)
        {
            from.Link.Send(stuck.Address, Hello(1) with { Count = buffer.Length }, buffer);
        }

        from.Link.Send(other.Address, Hello(1));
        Assert.Equal(Hello(1), other.TakeFrame().Header);
        stuck.Link.Open(stuck);
        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(buffer.Length, stuck.TakeFrame().Floats.Length);
        }
    }

    private TestNode Node(TcpDataLinkOptions? options = null, bool isOpen = true) =>
        new(options: options, isOpen: isOpen, isLocal: isLocal);

    private static FrameHeader Hello(long generation) => new(FrameKind.Hello, generation, 0, 0, 0, 0, 0, 0);

    private static void AllToAll(IReadOnlyList<TestNode> nodes, long generation)
    {
        foreach (var from in nodes)
        {
            foreach (var to in nodes.Where(to => to != from))
            {
                from.Link.Send(to.Address, Hello(generation));
            }
        }

        foreach (var node in nodes)
        {
            for (var i = 1; i < nodes.Count; i++)
            {
                while (node.TakeFrame().Header.Generation != generation)
                {
                }
            }
        }
    }
}
