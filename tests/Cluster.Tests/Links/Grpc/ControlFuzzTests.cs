using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;
using Records = Distributed.Cluster.Messages;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>
/// Goal: whatever comes in at the port, the server and a link that is under way go on. Method: connections that bring
/// random bytes, random HTTP/2 frames, or random messages on an authenticated link, each from a seed; between them a
/// good link answers. CONTROL_FUZZ_FRAMES sets how many frames, CONTROL_FUZZ_SEED the first seed.
/// </summary>
public sealed class ControlFuzzTests
{
    private const int FramesPerConnection = 40;

    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static readonly int Frames = Setting("CONTROL_FUZZ_FRAMES", 4000);
    private static readonly int FirstSeed = Setting("CONTROL_FUZZ_SEED", 1);

    [Fact]
    public async Task GoodLink_GoesOn_WhileGarbageComesIn()
    {
        var security = new LinkSecurity { Token = ClusterToken.Create() };
        await using var stage = await ControlStage.StartAsync(security);
        var (worker, coordinator) = await LinkProbe.ConnectAsync(stage);
        worker.Open();
        coordinator.Open();
        stage.Server.Listen(connection => connection.Open(_ => { }, _ => { }));
        var connections = Math.Max(3, Frames / FramesPerConnection);
        for (var i = 0; i < connections; i++)
        {
            var random = new Random(FirstSeed + i);
            var abuse = (i % 3) switch
            {
                0 => ThrowAsync(stage, Bytes(random, random.Next(1, FramesPerConnection * 100))),
                1 => ThrowAsync(stage, RandomFrames(random)),
                _ => AbuseLinkAsync(stage, random),
            };
            await abuse;
            worker.Connection.Send(new Records.Regroup(i, i));
            var came = await coordinator.ReceiveAsync();
            Assert.True(came.Equals(new Records.Regroup(i, i)), $"seed {FirstSeed + i}: {came} came on the good link");
            Assert.False(worker.HasClosed || coordinator.HasClosed, $"seed {FirstSeed + i}: the good link has closed");
        }

        Assert.NotNull(await stage.Client().StatusAsync(CancellationToken.None));
        Assert.DoesNotContain(stage.Log.Lines, line => line.Event == 4103);
        Assert.InRange(stage.Log.Lines.Count, 1, connections + FramesPerConnection);
    }

    /// <summary>Random frames after a proper beginning: all types, flags and streams, mostly short.</summary>
    private static byte[] RandomFrames(Random random)
    {
        var bytes = new List<byte>(Preface);
        bytes.AddRange([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        for (var i = 0; i < FramesPerConnection; i++)
        {
            var size = random.Next(8) == 0 ? random.Next(1 << 24) : random.Next(64);
            bytes.AddRange([(byte)(size >> 16), (byte)((size >> 8) & 0xff), (byte)(size & 0xff)]);
            bytes.AddRange([(byte)random.Next(11), (byte)random.Next(256), 0, 0, 0, (byte)random.Next(8)]);
            bytes.AddRange(Bytes(random, Math.Min(size, 256)));
        }

        return [.. bytes];
    }

    private static async Task ThrowAsync(ControlStage stage, byte[] bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(stage.Server.Address));
        var buffer = new byte[4096];
        try
        {
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(buffer).WaitAsync(ControlStage.Ample) > 0)
            {
                // The server may say what it thinks of this; it must end.
            }
        }
        catch (SocketException)
        {
            // It closed before it had read all.
        }
    }

    /// <summary>Random messages on a link that was opened as it should be.</summary>
    private static async Task AbuseLinkAsync(ControlStage stage, Random random)
    {
        using var call = await stage.Client().StartAsync(MethodNames.Link, ControlStage.Ample, CancellationToken.None);
        var hello = new Hello
        {
            ProtocolVersion = ClusterVersion.Protocol,
            KernelsBuild = ClusterVersion.KernelsBuild,
            Name = "garbage",
            JobId = "job-1",
        };
        try
        {
            await call.WriteAsync(new LinkMessage { Hello = hello });
            for (var i = 0; i < FramesPerConnection; i++)
            {
                await call.WriteFrameAsync(RandomMessage(random), CancellationToken.None);
            }

            call.Complete();
            while (await call.ReadAsync(LinkMessage.Parser, CancellationToken.None) is not null)
            {
                // What the server says is not looked at; it must end.
            }
        }
        catch (ControlException error)
        {
            Assert.NotEqual(ControlStatus.DeadlineExceeded, error.Status);
        }
    }

    /// <summary>A frame whose prefix is mostly right: a message with some bytes changed, or noise.</summary>
    private static byte[] RandomMessage(Random random)
    {
        var frame = MessageFraming.Frame(LinkMapping.ToMessage(
            new Records.TrainPlan(random.Next(), 0, random.Next(), 1, Sharding.Equal(random.Next(1, 40)))));
        for (var i = random.Next(3); i > 0; i--)
        {
            frame[random.Next(random.Next(20) == 0 ? 0 : 5, frame.Length)] = (byte)random.Next(256);
        }

        return frame;
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static int Setting(string name, int value) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var set) ? set : value;
}
