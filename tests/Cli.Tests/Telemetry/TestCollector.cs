using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Distributed.Cli.Tests.Telemetry;

/// <summary>A collector on loopback that keeps what it is sent over HTTP.</summary>
internal sealed class TestCollector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    internal TestCollector()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _serving = Serve();
    }

    internal Uri Url { get; }

    /// <summary>Path and body of every request; names in protobuf are plain bytes.</summary>
    internal ConcurrentQueue<(string Path, string Type, string Body)> Requests { get; } = [];

    internal string Bodies(string path) =>
        string.Concat(Requests.Where(request => request.Path == path).Select(request => request.Body));

    public void Dispose()
    {
        _listener.Close();
        _serving.GetAwaiter().GetResult();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Requests.Enqueue((
                    context.Request.Url!.AbsolutePath, context.Request.ContentType ?? "",
                    Encoding.Latin1.GetString(body.ToArray())));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // It was closed.
        }
    }
}
