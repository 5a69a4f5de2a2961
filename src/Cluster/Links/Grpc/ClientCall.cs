using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>One call at the client: messages out, messages in, and the status at the end.</summary>
/// <remarks>Errors: ControlException for every way in which a call can fail; OperationCanceledException where the
/// caller gave it up.</remarks>
internal sealed class ClientCall : IDisposable
{
    private readonly CallTarget _target;
    private readonly string _method;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _ending;
    private readonly RequestStream _request = new();
    private readonly Task<HttpResponseMessage> _response;
    private PipeReader? _reader;

    /// <param name="target">Whom to call.</param>
    /// <param name="method">As in MethodNames.</param>
    /// <param name="metadata">Further headers.</param>
    /// <param name="bound">When the call is given up; null for never.</param>
    /// <param name="caller">Gives it up.</param>
    internal ClientCall(
        CallTarget target, string method, IReadOnlyDictionary<string, string> metadata, TimeSpan? bound,
        CancellationToken caller)
    {
        (_target, _method, _caller) = (target, method, caller);
        _deadline = new CancellationTokenSource(bound ?? Timeout.InfiniteTimeSpan, target.Clock);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(caller, _deadline.Token);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(target.Root, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _request,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach (var (name, value) in metadata)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (bound is { } time)
        {
            request.Headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcHeaders.Format(time));
        }

        _response = target.Http.SendAsync(request, _ending.Token);
    }

    /// <summary>Cancelled when the call is given up.</summary>
    internal CancellationToken Cancellation => _ending.Token;

    /// <summary>Sends a message. Where the call is over already, reading says how it ended.</summary>
    internal Task WriteAsync(IMessage message) => WriteFrameAsync(MessageFraming.Frame(message), _ending.Token);

    internal async Task WriteFrameAsync(byte[] frame, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAny(_request.Opened, _response).WaitAsync(cancellation);
            if (_request.Opened.IsCompletedSuccessfully)
            {
                var stream = await _request.Opened;
                await stream.WriteAsync(frame, cancellation);
                await stream.FlushAsync(cancellation);
                return;
            }

            _ = await _response;
        }
        catch (Exception error)
        {
            throw Translate(error, cancellation);
        }
    }

    /// <summary>The caller has sent all.</summary>
    internal void Complete() => _request.Complete();

    /// <summary>The next message; null where the call has ended well.</summary>
    internal async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        try
        {
            var response = await _response.WaitAsync(cancellation);
            _reader ??= await OpenAsync(response);
            var message = _reader is null
                ? null
                : await MessageFraming.ReadAsync(_reader, parser, _target.MessageBytesMax, cancellation);
            if (message is null)
            {
                ThrowUnlessWell(response);
            }

            return message;
        }
        catch (Exception error) when (error is not ControlException)
        {
            throw Translate(error, cancellation);
        }
    }

    /// <summary>The one message of a call that has one.</summary>
    internal async Task<T> ReadOneAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var message = await ReadAsync(parser, _ending.Token)
            ?? throw new ControlException(
                ControlStatus.Internal, $"{_target.Address} answered {_method} without a message");
        _ = await ReadAsync(parser, _ending.Token); // the status comes after it
        return message;
    }

    /// <summary>Ends the call, if it has not ended, and the other side hears of it.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _request.Complete();
        _ = _response.ContinueWith(
            response => response.Result.Dispose(), CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _deadline.Dispose();
    }

    /// <summary>The response's body; null where it has none, and its status is in the headers.</summary>
    private async Task<PipeReader?> OpenAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK
            || !GrpcHeaders.IsGrpc(response.Content.Headers.ContentType?.MediaType))
        {
            throw new ControlException(
                ControlStatus.Unimplemented,
                $"{_target.Address} answered with HTTP status {(int)response.StatusCode} and content "
                + $"'{response.Content.Headers.ContentType}': is it a coordinator's --listen address?");
        }

        return response.Headers.Contains(GrpcHeaders.Status)
            ? null
            : PipeReader.Create(await response.Content.ReadAsStreamAsync(_ending.Token));
    }

    private void ThrowUnlessWell(HttpResponseMessage response)
    {
        var trailers = response.Headers.Contains(GrpcHeaders.Status) ? response.Headers : response.TrailingHeaders;
        if (!trailers.TryGetValues(GrpcHeaders.Status, out var status))
        {
            throw new ControlException(
                ControlStatus.Unavailable, $"the connection to {_target.Address} broke off during {_method}");
        }

        var code = int.TryParse(status.FirstOrDefault(), out var number) && Enum.IsDefined((ControlStatus)number)
            ? (ControlStatus)number
            : ControlStatus.Unknown;
        if (code != ControlStatus.Ok)
        {
            _ = trailers.TryGetValues(GrpcHeaders.Message, out var message);
            var text = message?.FirstOrDefault() ?? "";
            throw new ControlException(code, $"coordinator {_target.Address}: {GrpcHeaders.Unescape(text)}");
        }
    }

    private Exception Translate(Exception error, CancellationToken cancellation)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException(_caller);
        }

        if (_deadline.IsCancellationRequested)
        {
            return new ControlException(
                ControlStatus.DeadlineExceeded, $"coordinator {_target.Address} did not answer {_method} in time");
        }

        return cancellation.IsCancellationRequested
            ? new OperationCanceledException(cancellation)
            : _target.Describe(error);
    }
}
