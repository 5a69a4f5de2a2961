using System.Collections.Concurrent;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Security;
using Microsoft.AspNetCore.Http;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>The methods of the services, and what is the same for all of them: proof, deadline, status, log.</summary>
internal sealed class ServerMethods : IDisposable
{
    private readonly IJobControl _jobs;
    private readonly ControlServerOptions _options;
    private readonly ControlLog _log;
    private readonly TimeProvider _clock;
    private readonly Sessions? _sessions;
    private readonly Dictionary<string, Func<ServerCall, Task>> _methods;
    private readonly ConcurrentDictionary<LinkConnection, byte> _links = new();
    private readonly CancellationTokenSource _stopping = new();

    internal ServerMethods(
        IJobControl jobs, LinkSecurity security, ControlServerOptions options, ControlLog log, TimeProvider clock)
    {
        (_jobs, _options, _log, _clock) = (jobs, options, log, clock);
        _sessions = security.Token is { } token
            ? new Sessions(token, options.SessionsMax, options.SessionLifetime, clock)
            : null;
        _methods = new()
        {
            [MethodNames.Authenticate] = AuthenticateAsync,
            [MethodNames.HealthCheck] = CheckHealthAsync,
            [MethodNames.Link] = LinkAsync,
            [MethodNames.AwaitJob] = AwaitJobAsync,
            [MethodNames.SubmitJob] = async call => await call.WriteAsync(
                await _jobs.SubmitAsync(await call.ReadOneAsync(SubmitJobRequest.Parser), call.Cancellation)),
            [MethodNames.GetStatus] = async call =>
            {
                _ = await call.ReadOneAsync(GetStatusRequest.Parser);
                await call.WriteAsync(await _jobs.StatusAsync(call.Cancellation));
            },
            [MethodNames.WatchJob] = async call =>
            {
                _ = await call.ReadOneAsync(WatchJobRequest.Parser);
                await call.WriteAllAsync(_jobs.WatchAsync(call.Cancellation));
            },
            [MethodNames.StopJob] = async call => await call.WriteAsync(
                await _jobs.StopAsync(await call.ReadOneAsync(StopJobRequest.Parser), call.Cancellation)),
            [MethodNames.Checkpoint] = async call =>
            {
                _ = await call.ReadOneAsync(CheckpointRequest.Parser);
                await call.WriteAsync(await _jobs.CheckpointAsync(call.Cancellation));
            },
        };
    }

    /// <summary>Who takes workers' links; null while nobody does.</summary>
    internal Action<IControlConnection>? Accepted { get; set; }

    /// <summary>Serves one request, whatever it is. Throws nothing.</summary>
    internal async Task ServeAsync(HttpContext context)
    {
        context.Features.Get<ConnectionVisit>()?.HasCalled = true;
        if (!GrpcHeaders.IsGrpc(context.Request.ContentType) || context.Request.Method != HttpMethods.Post)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            _log.Refused(
                $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}",
                context.Request.Path, ControlStatus.Unimplemented, "no gRPC call");
            return;
        }

        var hasDeadline = context.Request.Headers.TryGetValue(GrpcHeaders.Timeout, out var text);
        TimeSpan? timeout = null;
        var isReadable = !hasDeadline || GrpcHeaders.TryParse(text.ToString(), out timeout);
        using var deadline = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, _clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token, context.RequestAborted, _stopping.Token);
        var call = new ServerCall(context, _options.MessageBytesMax, ending.Token);
        try
        {
            if (!isReadable)
            {
                throw new ControlException(ControlStatus.InvalidArgument, $"grpc-timeout '{text}' is no timeout");
            }

            await CallAsync(call).WaitAsync(ending.Token);
            call.End(ControlStatus.Ok, "");
        }
        catch (Exception error)
        {
            var isLate = deadline.IsCancellationRequested && error is OperationCanceledException;
            EndWith(call, error, isLate, context.RequestAborted.IsCancellationRequested);
        }
    }

    /// <summary>Ends all links, giving what was sent on them a moment to go out, and then all calls.</summary>
    internal async Task CloseAsync()
    {
        Accepted = null;
        foreach (var link in _links.Keys)
        {
            link.Close();
        }

        await Task.WhenAll(_links.Keys.Select(link => link.Ended));
        await _stopping.CancelAsync();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task CallAsync(ServerCall call)
    {
        var needsProof = call.Method is not (MethodNames.Authenticate or MethodNames.HealthCheck);
        if (needsProof && _sessions is not null
            && _sessions.Redeem(
                call.Method, call.Header(GrpcHeaders.Session), call.Header(GrpcHeaders.Proof)) is { } flaw)
        {
            throw new ControlException(ControlStatus.Unauthenticated, flaw);
        }

        if (!_methods.TryGetValue(call.Method, out var method))
        {
            throw new ControlException(ControlStatus.Unimplemented, $"there is no method {call.Method}");
        }

        await method(call);
    }

    private void EndWith(ServerCall call, Exception error, bool isLate, bool isAborted)
    {
        switch (error)
        {
            case ControlException { Status: ControlStatus.Unauthenticated } refusal:
                _log.NotAuthenticated(call.Peer, call.Method, refusal.Message);
                call.End(refusal.Status, refusal.Message);
                break;
            case ControlException refusal:
                _log.Refused(call.Peer, call.Method, refusal.Status, refusal.Message);
                call.End(refusal.Status, refusal.Message);
                break;
            case OperationCanceledException when isLate:
                call.End(ControlStatus.DeadlineExceeded, $"{call.Method} was not done within the caller's deadline");
                break;
            case OperationCanceledException when _stopping.IsCancellationRequested:
                call.End(ControlStatus.Unavailable, "this coordinator is closing");
                break;
            case OperationCanceledException or IOException when isAborted:
                break; // the caller has gone; there is nobody to tell
            case BadHttpRequestException or IOException:
                _log.Refused(call.Peer, call.Method, ControlStatus.Unavailable, error.Message.ReplaceLineEndings(" "));
                call.End(ControlStatus.Unavailable, "the request broke off");
                break;
            default:
                _log.Failed(error, call.Peer, call.Method);
                call.End(ControlStatus.Internal, $"{error.GetType().Name} at the coordinator; its log says more");
                break;
        }
    }

    private async Task AuthenticateAsync(ServerCall call)
    {
        var nonce = (await call.ReadOneAsync(AuthenticateRequest.Parser)).ClientNonce;
        if (nonce.Length != ClusterToken.NonceBytes)
        {
            throw new ControlException(
                ControlStatus.InvalidArgument,
                $"client_nonce has {nonce.Length} bytes: needs {ClusterToken.NonceBytes}");
        }

        var reply = new AuthenticateReply();
        if (_sessions is not null)
        {
            var (serverNonce, proof) = _sessions.Begin(nonce.ToByteArray());
            reply.ServerNonce = Google.Protobuf.ByteString.CopyFrom(serverNonce);
            reply.ServerProof = Google.Protobuf.ByteString.CopyFrom(proof);
        }

        await call.WriteAsync(reply);
    }

    private async Task CheckHealthAsync(ServerCall call)
    {
        var service = (await call.ReadOneAsync(HealthCheckRequest.Parser)).Service;
        var isServing = service switch
        {
            "" => true,
            "ready" => _jobs.IsReady,
            _ => throw new ControlException(
                ControlStatus.NotFound, $"there is no service '{service}': there are '' and 'ready'"),
        };
        await call.WriteAsync(new HealthCheckResponse
        {
            Status = isServing
                ? HealthCheckResponse.Types.ServingStatus.Serving
                : HealthCheckResponse.Types.ServingStatus.NotServing,
        });
    }

    private async Task AwaitJobAsync(ServerCall call)
    {
        var request = await call.ReadOneAsync(AwaitJobRequest.Parser);
        RefuseOthers(request.Name, request.ProtocolVersion, request.KernelsBuild);
        await call.WriteAllAsync(_jobs.AwaitJobAsync(request, call.Cancellation));
    }

    private async Task LinkAsync(ServerCall call)
    {
        await call.SendHeadersAsync();
        var hello = await ReadHelloAsync(call);
        RefuseOthers(hello.Name, hello.ProtocolVersion, hello.KernelsBuild);
        var job = _jobs.CurrentJobId;
        if (job is null || Accepted is not { } accepted)
        {
            throw new ControlException(ControlStatus.Unavailable, "this coordinator has no job at the moment");
        }

        if (hello.JobId != job)
        {
            throw new ControlException(
                ControlStatus.FailedPrecondition,
                $"worker '{hello.Name}' works for job {hello.JobId}, this coordinator is at job {job}: start the "
                + "worker anew, and it takes the present job");
        }

        await call.WriteAsync(new LinkMessage { Welcome = new Welcome() });
        var peer = $"{hello.Name} ({call.Peer})";
        var stream = new LinkStream(
            cancellation => call.ReadAsync(LinkMessage.Parser, cancellation), call.WriteFrameAsync, Complete: null);
        var link = new LinkConnection(
            peer, stream, _options.Queue, _options.MessageBytesMax, _clock, call.Cancellation);
        _links.TryAdd(link, 0);
        try
        {
            accepted(link);
            await link.Ended;
        }
        finally
        {
            _links.TryRemove(link, out _);
        }

        if (link.Failure is { } failure)
        {
            throw failure;
        }
    }

    private async Task<Hello> ReadHelloAsync(ServerCall call)
    {
        using var bound = new CancellationTokenSource(_options.OpeningBound, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, call.Cancellation);
        try
        {
            var first = await call.ReadAsync(LinkMessage.Parser, either.Token);
            return first?.Hello
                ?? throw new ControlException(
                    ControlStatus.InvalidArgument, "a link's first message must be Hello: "
                    + (first is null ? "none came" : $"{first.MessageCase} came"));
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested)
        {
            throw new ControlException(
                ControlStatus.DeadlineExceeded, $"no Hello came within {_options.OpeningBound.TotalSeconds:0.#} s");
        }
    }

    private static void RefuseOthers(string name, int protocol, string build)
    {
        if (ClusterVersion.Refusal(name, protocol, build) is { } refusal)
        {
            throw new ControlException(ControlStatus.FailedPrecondition, refusal);
        }
    }
}
