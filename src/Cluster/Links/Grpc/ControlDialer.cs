using System.Collections.Concurrent;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>A worker's end of the control link.</summary>
/// <remarks>
/// Every link has a connection of its own, so that what a cut has done to one link's connection ends with that link.
/// </remarks>
/// <param name="security">Token and certificates.</param>
/// <param name="identity">Who dials.</param>
/// <param name="options">Bounds.</param>
/// <param name="clock">For bounds in time.</param>
public sealed class ControlDialer(
    LinkSecurity security, LinkIdentity identity, ControlClientOptions options, TimeProvider clock)
    : IControlDialer, IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<LinkConnection, byte> _links = new();

    /// <summary>Dials, proves the token, says hello and waits for the welcome.</summary>
    public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed) =>
        _ = Task.Run(() => DialAsync(address, connected, failed));

    /// <summary>Closes all links; what was sent on them has a second to go out.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links.Keys)
        {
            link.Close();
        }

        await Task.WhenAll(_links.Keys.Select(link => link.Ended));
        await _closing.CancelAsync();
    }

    private async Task DialAsync(string address, Action<IControlConnection> connected, Action<DialFailure> failed)
    {
        ControlClient? client = null;
        ClientCall? call = null;
        LinkConnection link;
        try
        {
            client = new ControlClient(address, security, options, clock);
            call = await client.StartAsync(MethodNames.Link, bound: null, _closing.Token);
            link = await OpenAsync(address, call);
        }
        catch (Exception error)
        {
            call?.Dispose();
            client?.Dispose();
            var isFinal = error is ControlException refusal ? refusal.IsFinal : error is UserErrorException;
            failed(new DialFailure(error.Message.ReplaceLineEndings(" "), isFinal));
            return;
        }

        connected(link);
        await link.Ended;
        _links.TryRemove(link, out _);
        call.Dispose();
        client.Dispose();
    }

    private async Task<LinkConnection> OpenAsync(string address, ClientCall call)
    {
        using var late = new CancellationTokenSource(options.CallBound, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, call.Cancellation);
        try
        {
            return await OpenAsync(address, call, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new ControlException(
                ControlStatus.DeadlineExceeded,
                $"coordinator {address} did not answer a hello within {options.CallBound.TotalSeconds:0.#} s");
        }
    }

    private async Task<LinkConnection> OpenAsync(string address, ClientCall call, CancellationToken cancellation)
    {
        var hello = new Hello
        {
            ProtocolVersion = ClusterVersion.Protocol,
            KernelsBuild = ClusterVersion.KernelsBuild,
            Name = identity.Name,
            Node = identity.Node,
            JobId = identity.JobId,
        };
        try
        {
            await call.WriteFrameAsync(MessageFraming.Frame(new LinkMessage { Hello = hello }), cancellation);
        }
        catch (ControlException)
        {
            // Reading throws it, or what the other side had to say.
        }

        var first = await call.ReadAsync(LinkMessage.Parser, cancellation);
        if (first?.Welcome is null)
        {
            throw new ControlException(
                ControlStatus.Unavailable, $"coordinator {address} answered a hello with "
                + (first is null ? "nothing" : $"{first.MessageCase}"));
        }

        var stream = new LinkStream(
            token => call.ReadAsync(LinkMessage.Parser, token), call.WriteFrameAsync, call.Complete);
        var link = new LinkConnection(
            address, stream, options.Queue, options.MessageBytesMax, clock, call.Cancellation);
        _links.TryAdd(link, 0);
        return link;
    }
}
