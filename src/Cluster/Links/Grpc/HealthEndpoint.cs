using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>What probes ask over plain HTTP: GET /healthz and /readyz, answered by 200 or 503 and one line.</summary>
public sealed class HealthEndpoint : IAsyncDisposable
{
    private readonly Func<Health> _health;
    private readonly WebApplication _web;
    private int _isDisposed;

    /// <param name="listen">Port 0 for one that the system chooses.</param>
    /// <param name="health">Asked for each request; it must be quick.</param>
    public HealthEndpoint(IPEndPoint listen, Func<Health> health)
    {
        (Address, _health) = (listen, health);
        _web = ControlHost.CreatePlain(listen);
        _web.Run(AnswerAsync);
    }

    /// <summary>Where it listens; with the port that the system chose once it is started.</summary>
    public IPEndPoint Address { get; private set; }

    /// <summary>Listens.</summary>
    /// <remarks>Errors: UserErrorException where the address cannot be listened at.</remarks>
    public async Task StartAsync() => Address = await ControlHost.StartAsync(_web, Address, "--health");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await ControlHost.StopAsync(_web);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        var now = _health();
        bool? isWell = context.Request.Path.Value switch
        {
            "/healthz" => now.IsLive,
            "/readyz" => now.IsReady,
            _ => null,
        };
        context.Response.StatusCode = isWell switch { true => 200, false => 503, null => 404 };
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync((isWell is null ? "there are /healthz and /readyz" : now.Line) + "\n");
    }
}
