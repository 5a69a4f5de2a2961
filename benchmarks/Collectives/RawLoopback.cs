using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Distributed.Benchmarks.Collectives;

/// <summary>What plain blocking sockets carry on loopback: the machine's own limit.</summary>
internal static class RawLoopback
{
    private const int BlockBytes = 256 << 10;

    /// <summary>Bytes per second one way, from one thread to another.</summary>
    internal static double Measure(long bytes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var from = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        from.Connect(listener.LocalEndpoint);
        using var to = listener.AcceptSocket();
        var sending = new Thread(() =>
        {
            var block = new byte[BlockBytes];
            for (var sent = 0L; sent < bytes; sent += BlockBytes)
            {
                from.Send(block);
            }
        });
        var started = Stopwatch.GetTimestamp();
        sending.Start();
        var into = new byte[BlockBytes];
        var rounded = (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;
        for (var received = 0L; received < rounded;)
        {
            received += to.Receive(into);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        sending.Join();
        return rounded / seconds;
    }
}
