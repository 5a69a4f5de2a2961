using System.Diagnostics;
using System.Globalization;
using System.Net;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Engine.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Benchmarks.Collectives;

/// <summary>One of the processes that reduce with each other; the first one tells how long it took.</summary>
/// <remarks>
/// Says its address, is told everyone's, then for each size checks the sums against their definition and measures.
/// </remarks>
internal static class AllReduceProcess
{
    internal const string Name = "allreduce-node";

    /// <summary>Arguments: rank, members, rounds, floats of a round, floats of a frame, sizes in floats.</summary>
    internal static int Run(string[] arguments)
    {
        var numbers = arguments.Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        var (rank, world, rounds, work, frameFloats) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        using var link = new TcpDataLink(
            new IPEndPoint(IPAddress.Loopback, 0), null, LinkSecurity.None, new TcpDataLinkOptions(),
            NullLogger.Instance, TimeProvider.System);
        Console.WriteLine(link.Address);
        var members = Console.ReadLine()!.Split(' ');
        Trace.Assert(members.Length == world);
        var generation = 0;
        foreach (var floats in numbers[5..])
        {
            generation++;
            var input = Input(rank, floats);
            using var node = new AllReduceNode(link, members, rank, input, frameFloats, generation);
            link.Open(node);
            Meet();
            node.Run();
            Check(node.Output, world, floats);
            node.Run();
            var repeats = Math.Clamp(work / floats, 1, 2000);
            for (var round = 0; round < rounds; round++)
            {
                node.Run();
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < repeats; i++)
                {
                    node.Run();
                }

                if (rank == 0)
                {
                    var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds / repeats;
                    Console.WriteLine($"{floats} {seconds.ToString("R", CultureInfo.InvariantCulture)}");
                }
            }

            Meet();
        }

        return 0;
    }

    /// <summary>Everyone is told to go on when everyone is here.</summary>
    private static void Meet()
    {
        Console.WriteLine("here");
        Console.ReadLine();
    }

    private static AlignedBuffer Input(int rank, int floats)
    {
        var random = new Random(rank);
        var input = new AlignedBuffer(floats);
        for (var i = 0; i < floats; i++)
        {
            input.Span[i] = random.NextSingle() - 0.5f;
        }

        return input;
    }

    private static void Check(AlignedBuffer sums, int world, int floats)
    {
        var inputs = Enumerable.Range(0, world).Select(rank => Input(rank, floats)).ToArray();
        Span<float> byRank = stackalloc float[world];
        for (var i = 0; i < floats; i++)
        {
            for (var rank = 0; rank < world; rank++)
            {
                byRank[rank] = inputs[rank].Span[i];
            }

            if (sums.Span[i] != TreeSum.Definition(byRank))
            {
                throw new InvalidOperationException($"sum {i} of {floats} is {sums.Span[i]}, not its definition");
            }
        }
    }
}
