using Distributed.Cluster.Links;
using Distributed.Engine.Memory;

namespace Distributed.Hosting.Data;

/// <summary>Gets packed data over a data link from a node that has them.</summary>
internal sealed class DataFetch : IDataReceiver
{
    /// <summary>The longest time without anything new.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<AlignedBuffer> _result =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly string _provider;
    private AlignedBuffer? _pack;
    private int _filled;
    private ITimer? _silence;

    private DataFetch(string provider) => _provider = provider;

    /// <summary>Asks, and waits until everything is there.</summary>
    /// <param name="link">Is opened for this, and free for another receiver afterwards.</param>
    /// <param name="provider">The data address of the node that has the data.</param>
    /// <param name="identity">Which data: SHA-256 in hexadecimal.</param>
    /// <remarks>Errors: IOException where the node is lost, silent, or has no such data.</remarks>
    internal static async Task<AlignedBuffer> Run(
        IDataLink link, string provider, string identity, TimeProvider clock, CancellationToken cancellation)
    {
        var fetch = new DataFetch(provider);
        using var stopping = cancellation.Register(() => fetch._result.TrySetCanceled(cancellation));
        await using var silence = clock.CreateTimer(
            _ => fetch.Fail($"nothing came for {SilenceMax.TotalSeconds:0} s"), null, SilenceMax,
            Timeout.InfiniteTimeSpan);
        fetch._silence = silence;
        link.Open(fetch);
        var request = new DataRequest(identity, link.Address).Write();
        link.Send(provider, new FrameHeader(FrameKind.DataRequest, 0, 0, -1, 0, 0, 0, request.Length), request);
        return await fetch._result.Task;
    }

    void IDataReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (header.Kind != FrameKind.DataBlock || _result.Task.IsCompleted)
        {
            return;
        }

        _silence!.Change(SilenceMax, Timeout.InfiniteTimeSpan);
        if (header.Step is <= 0 or > int.MaxValue)
        {
            Fail("it has no such data, or more than can be sent");
            return;
        }

        _pack ??= new AlignedBuffer((int)header.Step);
        // Frames come in order; what came twice lies before what is filled.
        if (header.Step == _pack.Length && header.Offset == _filled && floats.Length <= _pack.Length - _filled)
        {
            floats.CopyTo(_pack.Span[_filled..]);
            _filled += floats.Length;
        }

        if (_filled == _pack.Length)
        {
            _result.TrySetResult(_pack);
        }
    }

    void IDataReceiver.OnPeerLost(string address, string reason)
    {
        if (address == _provider)
        {
            Fail(reason);
        }
    }

    private void Fail(string reason) => _result.TrySetException(new IOException($"{_provider}: {reason}"));
}
