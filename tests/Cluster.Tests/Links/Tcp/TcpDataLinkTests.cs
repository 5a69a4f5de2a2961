using System.Net;
using System.Runtime.InteropServices;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Tests.Links.Tcp;

public sealed class TcpDataLinkOverTcpTests() : TcpDataLinkTests(isLocal: false);

public sealed class TcpDataLinkOverLocalSocketsTests() : TcpDataLinkTests(isLocal: true);

/// <summary>Frames arrive bit for bit and in order, between any number of nodes.</summary>
public abstract class TcpDataLinkTests(bool isLocal)
{
    /// <summary>Nothing, one, primes, around the bounds of gathering and of buffers, and several chunks.</summary>
    private static readonly int[] Counts =
        [0, 1, 7, 4095, 4096, 4097, 8191, 0, 65_535, 65_536, 65_537, 99_991, 3, 262_144, 1_000_003, 1];

    public static TheoryData<int> Sizes => [.. Enumerable.Range(1, 9)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Frames_ArriveEqualAndInOrder_FromAllToAll(int count)
    {
        var nodes = Enumerable.Range(0, count).Select(_ => new TestNode(isLocal: isLocal)).ToList();
        var source = RandomFloats(count, 1_000_100);
        Parallel.For(0, count, from =>
        {
            for (var part = 0; part < Counts.Length; part++)
            {
                for (var i = 1; i <= count; i++)
                {
                    nodes[from].Link.Send(nodes[(from + i) % count].Address, Header(from, part), source, part);
                }
            }
        });
        foreach (var node in nodes)
        {
            var due = new int[count];
            for (var i = 0; i < count * Counts.Length; i++)
            {
                var (header, floats) = node.TakeFrame();
                Assert.Equal(Header(header.From, due[header.From]++), header);
                Assert.True(Bits(source.Span.Slice(header.Part, header.Count)).SequenceEqual(Bits(floats)));
            }
        }

        Assert.All(nodes, node => Assert.Empty(node.Losses));
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public void Open_TakesTheOldReceiversPlace_AndWhatCameBeforeWaits()
    {
        using var from = new TestNode(isLocal: isLocal);
        using var to = new TestNode(isOpen: false, isLocal: isLocal);
        from.Link.Send(to.Address, Header(0, 0));
        to.Link.Open(to);
        Assert.Equal(Header(0, 0), to.TakeFrame().Header);
        to.Link.Open(from);
        from.Link.Send(to.Address, Header(0, 0));
        Assert.Equal(Header(0, 0), from.TakeFrame().Header);
        Assert.Empty(to.Frames);
    }

    [Fact]
    public void Send_Throws_WhenTheFloatsAreNotThereOrTooMany()
    {
        using var node = new TestNode(options: new TcpDataLinkOptions { FrameFloatsMax = 10 });
        var buffer = new AlignedBuffer(20);
        var header = Header(0, 0) with { Count = 10 };
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Link.Send(node.Address, header));
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Link.Send(node.Address, header, buffer, 11));
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Link.Send(node.Address, header, buffer, -1));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => node.Link.Send(node.Address, header with { Count = 11 }, buffer));
        node.Link.Send(node.Address, header, buffer, 10);
        Assert.Equal(10, node.TakeFrame().Floats.Length);
    }

    [Fact]
    public void Constructor_NamesAddressAndNextStep_WhenThePortIsTaken()
    {
        using var first = new TestNode(isLocal: isLocal);
        var error = Assert.Throws<UserErrorException>(() => new TcpDataLink(
            first.EndPoint, null, LinkSecurity.None, new TcpDataLinkOptions(), first.Log, TimeProvider.System));
        Assert.Contains(first.Address, error.Message, StringComparison.Ordinal);
        Assert.Contains("choose another port", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0", "example.org", "example.org:")]
    [InlineData("127.0.0.1", null, "127.0.0.1:")]
    [InlineData("0.0.0.0", "::1", "[::1]:")]
    public void Address_IsWhatOthersReachItBy(string listen, string? host, string beginning)
    {
        using var link = new TcpDataLink(
            new IPEndPoint(IPAddress.Parse(listen), 0), host, LinkSecurity.None, new TcpDataLinkOptions(),
            new TestNode.LineLog(), TimeProvider.System);
        Assert.StartsWith(beginning, link.Address, StringComparison.Ordinal);
        Assert.False(link.Address.EndsWith(":0", StringComparison.Ordinal));
    }

    private static FrameHeader Header(int from, int part) => new(
        FrameKind.Partials, 5, 1L << 40, from, 3, part, part * 11, Counts[part]);

    private static ReadOnlySpan<uint> Bits(ReadOnlySpan<float> floats) => MemoryMarshal.Cast<float, uint>(floats);

    private static AlignedBuffer RandomFloats(int seed, int count)
    {
        var buffer = new AlignedBuffer(count);
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(buffer.Span)); // NaNs and all
        return buffer;
    }
}
