using System.Net;
using System.Net.Security;
using Distributed.Cluster.Security;
using Distributed.Engine.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>Kestrel with bounds, and with nothing that the environment or a settings file could change.</summary>
internal static class ControlHost
{
    /// <summary>A server for the control link: HTTP/2 only, in clear or over TLS.</summary>
    internal static WebApplication Create(
        IPEndPoint listen, LinkSecurity security, ControlServerOptions options, ControlLog log)
    {
        var bounds = options;
        return Create(kestrel =>
        {
            Limit(kestrel.Limits, bounds);
            var stopping = kestrel.ApplicationServices.GetRequiredService<IHostApplicationLifetime>()
                .ApplicationStopping;
            kestrel.Listen(listen, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                endpoint.Use(next => connection => WatchAsync(connection, next, log, stopping));
                if (security.IsEncrypted)
                {
                    endpoint.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        HandshakeTimeout = bounds.OpeningBound,
                        OnConnection = _ => ValueTask.FromResult(ServerTls(security)),
                    });
                }
            });
        });
    }

    /// <summary>A server for probes: HTTP/1.1 in clear.</summary>
    internal static WebApplication CreatePlain(IPEndPoint listen) => Create(kestrel =>
    {
        kestrel.Limits.MaxConcurrentConnections = 64;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
    });

    /// <summary>Starts it, and says where it listens.</summary>
    /// <param name="option">The option that gave the address, for the message.</param>
    internal static async Task<IPEndPoint> StartAsync(WebApplication web, IPEndPoint listen, string option)
    {
        try
        {
            await web.StartAsync();
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            var cause = (error.InnerException?.InnerException ?? error.InnerException ?? error).Message;
            await web.DisposeAsync();
            throw new UserErrorException(
                $"cannot listen at {listen}: {cause.ReplaceLineEndings(" ").TrimEnd('.')}; stop what uses this "
                + $"address, or give another one with {option} HOST:PORT (port 0 lets the system choose)");
        }

        var addresses = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new IPEndPoint(listen.Address, new Uri(addresses.Addresses.First()).Port);
    }

    /// <summary>Stops it; connections that are still open are cut.</summary>
    internal static async Task StopAsync(WebApplication web)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await web.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // It was told not to wait.
        }

        await web.DisposeAsync();
    }

    private static WebApplication Create(Action<KestrelServerOptions> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            configure(kestrel);
        });
        // The process decides on its own end; the default would take Ctrl-C for itself.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    private static void Limit(KestrelServerLimits limits, ControlServerOptions options)
    {
        limits.MaxConcurrentConnections = options.ConnectionsMax;
        limits.MaxRequestHeadersTotalSize = options.HeaderBytesMax;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = options.OpeningBound;
        limits.KeepAliveTimeout = options.OpeningBound * 3;
        limits.Http2.MaxStreamsPerConnection = options.StreamsPerConnectionMax;
        limits.Http2.MaxRequestHeaderFieldSize = options.HeaderBytesMax;
        // Streams stay open for hours and say little; each message is bounded by itself.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    private static SslServerAuthenticationOptions ServerTls(LinkSecurity security)
    {
        var options = security.ServerOptions();
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        return options;
    }

    /// <summary>
    /// Writes a line where a connection ends without having brought a request, unless it is this side that ends.
    /// </summary>
    private static async Task WatchAsync(
        ConnectionContext connection, ConnectionDelegate next, ControlLog log, CancellationToken stopping)
    {
        var visit = new ConnectionVisit();
        connection.Features.Set(visit);
        try
        {
            await next(connection);
        }
        finally
        {
            if (!visit.HasCalled && !stopping.IsCancellationRequested)
            {
                log.NoRequest($"{connection.RemoteEndPoint}");
            }
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
