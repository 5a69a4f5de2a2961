using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>One call at the server: messages in, messages out, and how it ends.</summary>
internal sealed class ServerCall
{
    private readonly HttpContext _context;
    private readonly int _messageBytesMax;

    internal ServerCall(HttpContext context, int messageBytesMax, CancellationToken cancellation)
    {
        (_context, _messageBytesMax, Cancellation) = (context, messageBytesMax, cancellation);
        context.Response.ContentType = GrpcHeaders.ContentType;
    }

    internal string Method => _context.Request.Path.Value ?? "";

    /// <summary>The other side, for people.</summary>
    internal string Peer => $"{_context.Connection.RemoteIpAddress}:{_context.Connection.RemotePort}";

    /// <summary>The call was given up, its deadline is over, or the server stops.</summary>
    internal CancellationToken Cancellation { get; }

    internal string Header(string name) => _context.Request.Headers[name].ToString();

    /// <summary>The caller may wait for these before it says more, so they go out before anything is waited for.
    /// </summary>
    internal Task SendHeadersAsync() => _context.Response.StartAsync(Cancellation);

    /// <summary>The next message; null when the caller has sent all.</summary>
    internal ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T> =>
        MessageFraming.ReadAsync(_context.Request.BodyReader, parser, _messageBytesMax, cancellation);

    /// <summary>The one message of a call that has one.</summary>
    internal async Task<T> ReadOneAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T> =>
        await ReadAsync(parser, Cancellation)
        ?? throw new ControlException(ControlStatus.InvalidArgument, $"{Method}: no message: needs one");

    internal Task WriteAsync(IMessage message) => WriteFrameAsync(MessageFraming.Frame(message), Cancellation);

    internal async Task WriteFrameAsync(byte[] frame, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested(); // the response may be over, and no longer this call's
        if ((await _context.Response.BodyWriter.WriteAsync(frame, cancellation)).IsCompleted)
        {
            throw new IOException("the caller has gone");
        }
    }

    internal async Task WriteAllAsync<T>(IAsyncEnumerable<T> messages)
        where T : IMessage
    {
        await SendHeadersAsync();
        await foreach (var message in messages.WithCancellation(Cancellation))
        {
            await WriteAsync(message);
        }
    }

    /// <summary>The status: in trailers, or in the headers where nothing was sent yet.</summary>
    internal void End(ControlStatus status, string message)
    {
        var text = GrpcHeaders.Escape(message);
        if (!_context.Response.HasStarted)
        {
            _context.Response.Headers[GrpcHeaders.Status] = $"{(int)status}";
            _context.Response.Headers[GrpcHeaders.Message] = text;
            return;
        }

        if (_context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers)
        {
            trailers[GrpcHeaders.Status] = $"{(int)status}";
            if (text.Length > 0)
            {
                trailers[GrpcHeaders.Message] = text;
            }
        }
    }
}
