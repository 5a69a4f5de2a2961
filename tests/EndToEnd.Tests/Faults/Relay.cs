using System.Net;
using System.Net.Sockets;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>
/// A TCP relay between two processes, which can be cut, hold everything up, or put bytes into the stream.
/// </summary>
/// <remarks>It listens on an address of its own, at the port of the process it relays to or a free one.</remarks>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<IPEndPoint> _target;
    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _over = new();
    private volatile TaskCompletionSource _open = Opened();
    private byte[]? _inject;

    /// <param name="listen">Port 0 for a free one.</param>
    /// <param name="target">Asked for each connection.</param>
    internal Relay(IPEndPoint listen, Func<IPEndPoint> target)
    {
        (_listener, _target) = (new TcpListener(listen), target);
        _listener.Start();
        _ = Accept();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that went either way.</summary>
    internal long Passed { get; private set; }

    /// <summary>Breaks all connections; new ones are relayed again.</summary>
    internal void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Close(0));
            _sockets.Clear();
        }
    }

    /// <summary>Nothing passes any more, and nothing closes.</summary>
    internal void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Release() => _open.TrySetResult();

    /// <summary>Puts bytes into the next stream that something is read from.</summary>
    internal void Inject(byte[] bytes) => Interlocked.Exchange(ref _inject, bytes);

    public void Dispose()
    {
        _over.Cancel();
        _listener.Dispose();
        Release();
        Cut();
        _over.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_over.Token);
                _ = Connect(near);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task Connect(Socket near)
    {
        var target = _target();
        var far = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        lock (_sockets)
        {
            _sockets.AddRange([near, far]);
        }

        try
        {
            await far.ConnectAsync(target);
            await Task.WhenAny(Copy(near, far), Copy(far, near));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The far side is not there.
        }

        near.Close(0);
        far.Close(0);
    }

    private async Task Copy(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _open.Task;
                if (Interlocked.Exchange(ref _inject, null) is { } bytes)
                {
                    await to.SendAsync(bytes);
                }

                await to.SendAsync(buffer.AsMemory(0, count));
                Passed += count;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One side has ended.
        }
    }
}
