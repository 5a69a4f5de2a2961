using System.Threading.Channels;
using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Grpc;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>One side of a control link, watched by a test.</summary>
internal sealed class LinkProbe
{
    private readonly Channel<object> _received = Channel.CreateUnbounded<object>();
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _callbacks;

    internal LinkProbe(IControlConnection connection) => Connection = connection;

    internal IControlConnection Connection { get; }

    /// <summary>The most callbacks that ran at once.</summary>
    internal int CallbacksAtOnceMax { get; private set; }

    internal Task<string> Closed => _closed.Task.WaitAsync(ControlStage.Ample);

    internal bool HasClosed => _closed.Task.IsCompleted;

    /// <summary>Dials and waits for both ends, not opened yet.</summary>
    internal static async Task<(LinkProbe Worker, LinkProbe Coordinator)> ConnectAsync(
        ControlStage stage, ControlDialer? dialer = null)
    {
        var accepted = new TaskCompletionSource<IControlConnection>();
        stage.Server.Listen(accepted.SetResult);
        var worker = await DialAsync(dialer ?? stage.Dialer(), stage.Server.Address);
        return (worker, new LinkProbe(await accepted.Task.WaitAsync(ControlStage.Ample)));
    }

    internal static async Task<LinkProbe> DialAsync(ControlDialer dialer, string address)
    {
        var connected = new TaskCompletionSource<IControlConnection>();
        dialer.Connect(
            address, connected.SetResult,
            failure => connected.SetException(new InvalidOperationException(failure.Reason)));
        return new LinkProbe(await connected.Task.WaitAsync(ControlStage.Ample));
    }

    internal static async Task<DialFailure> FailAsync(ControlDialer dialer, string address)
    {
        var failed = new TaskCompletionSource<DialFailure>();
        dialer.Connect(
            address, _ => failed.SetException(new InvalidOperationException("it is connected")), failed.SetResult);
        return await failed.Task.WaitAsync(ControlStage.Ample);
    }

    internal LinkProbe Open()
    {
        Connection.Open(
            message =>
            {
                CallbacksAtOnceMax = Math.Max(CallbacksAtOnceMax, Interlocked.Increment(ref _callbacks));
                _received.Writer.TryWrite(message);
                Interlocked.Decrement(ref _callbacks);
            },
            reason => _closed.SetResult(reason));
        return this;
    }

    internal async Task<object> ReceiveAsync() =>
        await _received.Reader.ReadAsync().AsTask().WaitAsync(ControlStage.Ample);
}
