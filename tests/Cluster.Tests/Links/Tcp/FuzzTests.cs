using System.Globalization;
using System.Net.Sockets;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>
/// Random, garbled, cut, oversize and repeated input, from strangers and from those that have proved themselves: each
/// connection ends in one line of the log, while a good link keeps working and memory stays bounded.
/// </summary>
[Collection(AloneInProcess.Name)]
public sealed class FuzzTests
{
    /// <summary>Bad inputs, each a handshake or a frame; a whole run has 100,000.</summary>
    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("LINK_FUZZ_FRAMES") ?? "1500", CultureInfo.InvariantCulture);

    private static readonly FrameHeader Good = new(FrameKind.Weights, 3, 9, 1, 0, 0, 100, 4);

    [Fact]
    public void Listener_TakesNoHarm_WhateverComes()
    {
        var seed = Environment.ProcessId;
        var random = new Random(seed);
        using var node = new TestNode(options: new TcpDataLinkOptions { FrameFloatsMax = 4096 });
        using var peer = new TestNode();
        using var raw = new RawPeer();
        var before = GC.GetTotalMemory(true);
        for (var i = 0; i < Count; i++)
        {
            var isStranger = i % 2 == 0;
            using var socket = isStranger ? RawPeer.Connect(node) : raw.Dial(node);
            Try(socket, isStranger ? Greeting(random, node, raw) : Frames(random));
            Assert.True(node.Log.Lines.TryTake(out var line, TestNode.Patience), $"no line for {i}, seed {seed}");
            while (node.Frames.TryTake(out var frame))
            {
                Assert.Equal(Good, frame.Header); // what stood before the bad frame
            }

            if (i % 100 == 0)
            {
                peer.Link.Send(node.Address, Good with { Count = 0, From = 7 });
                Assert.Equal(7, node.TakeFrame().Header.From);
            }
        }

        while (node.Losses.TryTake(out var loss))
        {
            Assert.Equal(raw.Address, loss.Address);
        }

        Assert.Empty(node.Log.Lines);
        Assert.Empty(peer.Losses);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 64 << 20);
    }

    private static void Try(Socket socket, byte[] bytes)
    {
        try
        {
            socket.Send(bytes);
            socket.Shutdown(SocketShutdown.Send);
            RawPeer.AwaitEnd(socket);
        }
        catch (SocketException)
        {
            // It was closed before all was sent.
        }
    }

    /// <summary>What somebody without the token may say.</summary>
    private static byte[] Greeting(Random random, TestNode node, RawPeer raw)
    {
        var own = System.Text.Encoding.UTF8.GetBytes(raw.Address);
        var target = System.Text.Encoding.UTF8.GetBytes(node.Address);
        byte[] good =
        [
            .. "DLNK\x01\0\x01\0"u8, (byte)own.Length, 0, (byte)target.Length, 0, .. Bytes(random, 32), .. own,
            .. target, .. Bytes(random, ClusterToken.ProofBytes), .. Bytes(random, 500),
        ];
        return random.Next(4) switch
        {
            0 => Bytes(random, random.Next(3000)),
            1 => good[..random.Next(good.Length)],
            2 => Garbled(random, good),
            _ => good,
        };
    }

    /// <summary>What a peer may send: good frames, then one that is not.</summary>
    private static byte[] Frames(Random random)
    {
        var good = random.Next(3);
        var bytes = Enumerable.Range(0, good).SelectMany(sequence => Frame(random, Good, sequence));
        var bad = random.Next(7) switch
        {
            0 => Bytes(random, random.Next(1, 3000)),
            1 => Garbled(random, Frame(random, Good, good)),
            2 => Frame(random, Good, good)[..random.Next(1, FrameLayout.HeaderBytes + 16)],
            3 => Frame(random, Good with { Count = 4097 + random.Next(int.MaxValue - 5000) }, good),
            4 => Frame(random, Good, random.Next(2) == 0 ? good + 1 : good - 1),
            5 => Frame(random, Good with { Kind = (FrameKind)random.Next((int)FrameKind.Norms + 1, 255) }, good),
            _ => Frame(random, Odd(random), good),
        };
        return [.. bytes, .. bad];
    }

    private static FrameHeader Odd(Random random) => random.Next(6) switch
    {
        0 => Good with { Count = -1 - random.Next(1000) },
        1 => Good with { Offset = int.MaxValue - random.Next(4) },
        2 => Good with { Offset = -1 - random.Next(1000) },
        3 => Good with { Generation = long.MinValue },
        4 => Good with { Bucket = -1 },
        _ => Good with { From = -2 },
    };

    private static byte[] Frame(Random random, FrameHeader header, long sequence)
    {
        var bytes = new byte[FrameLayout.HeaderBytes + 16 + FrameLayout.TrailerBytes];
        FrameLayout.Write(bytes, header, sequence);
        var floats = Bytes(random, 16);
        floats.CopyTo(bytes, FrameLayout.HeaderBytes);
        BitConverter.TryWriteBytes(
            bytes.AsSpan(FrameLayout.HeaderBytes + 16), Engine.Kernels.Checksums.Crc32C.Append(0, floats));
        return bytes;
    }

    private static byte[] Garbled(Random random, byte[] bytes)
    {
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
