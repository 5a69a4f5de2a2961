using System.Net;
using System.Runtime.CompilerServices;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;
using Google.Protobuf;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>Calls a coordinator.</summary>
/// <remarks>
/// With a token every call is preceded by Authenticate, which proves the coordinator to this side, and carries the
/// proof of this side. Connections are made when they are needed and kept while they are used.
/// Errors: ControlException (a UserErrorException) naming the address, what went wrong and what to do;
/// OperationCanceledException where the caller gave the call up.
/// </remarks>
public sealed class ControlClient : IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly CallTarget _target;
    private readonly LinkSecurity _security;
    private readonly ControlClientOptions _options;

    /// <param name="address">HOST:PORT, or [IPv6]:PORT.</param>
    /// <param name="security">Token and certificates.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="clock">For deadlines.</param>
    /// <remarks>Errors: UserErrorException where the address is none.</remarks>
    public ControlClient(string address, LinkSecurity security, ControlClientOptions options, TimeProvider clock)
    {
        (_security, _options) = (security, options);
        var scheme = security.IsEncrypted ? "https" : "http";
        if (!Uri.TryCreate($"{scheme}://{address}/", UriKind.Absolute, out var root) || root.PathAndQuery != "/"
            || root.UserInfo.Length > 0 || !address.EndsWith($":{root.Port}", StringComparison.Ordinal))
        {
            throw new UserErrorException($"coordinator address '{address}' is none: give HOST:PORT, as 127.0.0.1:7100");
        }

        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectBound,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.SilenceMax,
            KeepAlivePingTimeout = options.SilenceMax,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (security.IsEncrypted)
        {
            handler.SslOptions = security.ClientOptions(root.IdnHost);
        }

        _target = new CallTarget(address, root, new HttpMessageInvoker(handler), options.MessageBytesMax, clock);
    }

    public string Address => _target.Address;

    public Task<SubmitJobReply> SubmitAsync(SubmitJobRequest request, CancellationToken cancellation) =>
        CallAsync(MethodNames.SubmitJob, request, SubmitJobReply.Parser, _options.LongCallBound, cancellation);

    public Task<JobStatus> StatusAsync(CancellationToken cancellation) => CallAsync(
        MethodNames.GetStatus, new GetStatusRequest(), JobStatus.Parser, _options.CallBound, cancellation);

    /// <summary>Statuses and events until the caller ends it, or the coordinator closes.</summary>
    public IAsyncEnumerable<JobUpdate> WatchAsync(CancellationToken cancellation) =>
        StreamAsync(MethodNames.WatchJob, new WatchJobRequest(), JobUpdate.Parser, cancellation);

    public Task<StopJobReply> StopAsync(StopJobRequest request, CancellationToken cancellation) =>
        CallAsync(MethodNames.StopJob, request, StopJobReply.Parser, _options.LongCallBound, cancellation);

    public Task<CheckpointReply> CheckpointAsync(CancellationToken cancellation) => CallAsync(
        MethodNames.Checkpoint, new CheckpointRequest(), CheckpointReply.Parser, _options.LongCallBound, cancellation);

    /// <summary>Waits for jobs, as a worker of this build.</summary>
    /// <param name="name">For people.</param>
    /// <param name="node">This life of this process.</param>
    public IAsyncEnumerable<JobAssignment> AwaitJobAsync(string name, string node, CancellationToken cancellation)
    {
        var request = new AwaitJobRequest
        {
            ProtocolVersion = ClusterVersion.Protocol,
            KernelsBuild = ClusterVersion.KernelsBuild,
            Name = name,
            Node = node,
        };
        return StreamAsync(MethodNames.AwaitJob, request, JobAssignment.Parser, cancellation);
    }

    /// <summary>Ends all calls that are under way.</summary>
    public void Dispose() => _target.Http.Dispose();

    /// <summary>Starts a call, with the proof of the token.</summary>
    internal async Task<ClientCall> StartAsync(string method, TimeSpan? bound, CancellationToken cancellation) =>
        Start(method, await ProveAsync(method, cancellation), bound, cancellation);

    /// <summary>Starts a call with this metadata and no other.</summary>
    internal ClientCall Start(
        string method, IReadOnlyDictionary<string, string> metadata, TimeSpan? bound, CancellationToken cancellation) =>
        new(_target, method, metadata, bound, cancellation);

    internal async Task<TReply> CallAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, TimeSpan bound, CancellationToken cancellation)
        where TReply : class, IMessage<TReply>
    {
        using var call = await StartAsync(method, bound, cancellation);
        return await AskAsync(call, request, parser);
    }

    internal async IAsyncEnumerable<TReply> StreamAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser,
        [EnumeratorCancellation] CancellationToken cancellation)
        where TReply : class, IMessage<TReply>
    {
        using var call = await StartAsync(method, bound: null, cancellation);
        await SendOnlyAsync(call, request);
        while (await call.ReadAsync(parser, cancellation) is { } reply)
        {
            yield return reply;
        }
    }

    private static async Task<TReply> AskAsync<TReply>(ClientCall call, IMessage request, MessageParser<TReply> parser)
        where TReply : class, IMessage<TReply>
    {
        await SendOnlyAsync(call, request);
        return await call.ReadOneAsync(parser);
    }

    /// <summary>Where the other side has ended the call already, reading tells its reason, which is the better one.
    /// </summary>
    private static async Task SendOnlyAsync(ClientCall call, IMessage request)
    {
        try
        {
            await call.WriteAsync(request);
        }
        catch (ControlException)
        {
            // Reading throws it, or what the other side had to say.
        }

        call.Complete();
    }

    /// <summary>The metadata that proves the token, once the coordinator has proved it.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> ProveAsync(string method, CancellationToken cancellation)
    {
        if (_security.Token is not { } token)
        {
            return NoMetadata;
        }

        var nonce = ClusterToken.Nonce();
        using var call = new ClientCall(
            _target, MethodNames.Authenticate, NoMetadata, _options.CallBound, cancellation);
        var reply = await AskAsync(
            call, new AuthenticateRequest { ClientNonce = ByteString.CopyFrom(nonce) }, AuthenticateReply.Parser);
        var (theirs, proof) = (reply.ServerNonce.ToByteArray(), reply.ServerProof.ToByteArray());
        if (!token.Accepts(proof, Sessions.ServerPurpose, nonce, theirs))
        {
            throw new ControlException(
                ControlStatus.Unauthenticated,
                $"coordinator {Address} does not know this token"
                + (proof.Length == 0
                    ? ", it has none: start it with --token-file, or leave the token out here"
                    : ": give the coordinator's own token, with --token-file"));
        }

        return new Dictionary<string, string>
        {
            [GrpcHeaders.Session] = Convert.ToHexStringLower(theirs),
            [GrpcHeaders.Proof] = Convert.ToHexStringLower(token.Prove(Sessions.ClientPurpose + method, nonce, theirs)),
        };
    }
}
