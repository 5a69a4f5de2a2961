using System.Net;
using Distributed.Cluster.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>The coordinator's end of the control link: a gRPC server on HTTP/2.</summary>
/// <remarks>
/// <code>
///  connection ──▶ bounds ──▶ TLS ──▶ HTTP/2 ──▶ call ──▶ proof of the token ──▶ method
/// </code>
/// What fails on this way ends the call or the connection with one line in the log, and nothing else happens.
/// Source: "gRPC over HTTP2"; Contracts/cluster.proto says how the token is proved.
/// </remarks>
public sealed class ControlServer : IAsyncDisposable, IControlListener
{
    private readonly IPEndPoint _listen;
    private readonly string? _advertisedHost;
    private readonly ServerMethods _methods;
    private readonly WebApplication _web;
    private int _isDisposed;

    /// <param name="listen">Port 0 for one that the system chooses.</param>
    /// <param name="advertisedHost">What others should dial; null for the address that is listened at.</param>
    /// <param name="security">Token and certificates.</param>
    /// <param name="jobs">What the calls are about.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="logs">One line for each call and each connection that is refused.</param>
    /// <param name="clock">For bounds in time.</param>
    public ControlServer(
        IPEndPoint listen,
        string? advertisedHost,
        LinkSecurity security,
        IJobControl jobs,
        ControlServerOptions options,
        ILoggerFactory logs,
        TimeProvider clock)
    {
        (_listen, _advertisedHost) = (listen, advertisedHost);
        var log = new ControlLog(logs.CreateLogger<ControlServer>());
        _methods = new ServerMethods(jobs, security, options, log, clock);
        _web = ControlHost.Create(listen, security, options, log);
        _web.Run(_methods.ServeAsync);
    }

    /// <summary>Where others reach it, HOST:PORT. Known once it is started.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Listens.</summary>
    /// <remarks>Errors: UserErrorException where the address cannot be listened at.</remarks>
    public async Task StartAsync()
    {
        var bound = await ControlHost.StartAsync(_web, _listen, "--listen");
        var host = _advertisedHost ?? bound.Address.ToString();
        Address = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')
            ? $"[{host}]:{bound.Port}"
            : $"{host}:{bound.Port}";
    }

    /// <summary>Workers' links from now on. Without it a worker is told to try again.</summary>
    public void Listen(Action<IControlConnection> accepted) => _methods.Accepted = accepted;

    /// <summary>Ends all links and calls, and stops listening. What was sent on links has a second to go out.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _methods.CloseAsync();
            await ControlHost.StopAsync(_web);
            _methods.Dispose();
        }
    }
}
