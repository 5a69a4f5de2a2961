using System.Net;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>A control server on loopback, and clients for it.</summary>
internal sealed class ControlStage : IAsyncDisposable
{
    /// <summary>Against hangs only.</summary>
    internal static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    private readonly List<ControlClient> _clients = [];
    private readonly List<ControlDialer> _dialers = [];

    private ControlStage(LinkSecurity security, ControlServerOptions options, TimeProvider clock)
    {
        Security = security;
        Server = new ControlServer(
            new IPEndPoint(IPAddress.Loopback, 0), null, security, Jobs, options, Log, clock);
    }

    internal PlayedJobs Jobs { get; } = new();

    internal RecordedLog Log { get; } = new();

    internal ControlServer Server { get; }

    internal LinkSecurity Security { get; }

    internal ControlClientOptions ClientOptions { get; init; } = new();

    internal Uri Root => new($"http://{Server.Address}/");

    internal static async Task<ControlStage> StartAsync(
        LinkSecurity? security = null, ControlServerOptions? options = null, TimeProvider? clock = null,
        ControlClientOptions? clientOptions = null)
    {
        var stage = new ControlStage(
            security ?? LinkSecurity.None, options ?? new(), clock ?? TimeProvider.System)
        {
            ClientOptions = clientOptions ?? new(),
        };
        await stage.Server.StartAsync();
        return stage;
    }

    internal ControlClient Client(LinkSecurity? security = null, ControlClientOptions? options = null)
    {
        var client = new ControlClient(
            Server.Address, security ?? Security, options ?? ClientOptions, TimeProvider.System);
        _clients.Add(client);
        return client;
    }

    internal ControlDialer Dialer(string job = "job-1", LinkSecurity? security = null)
    {
        var dialer = new ControlDialer(
            security ?? Security, new LinkIdentity("ann", "ann/1", job), ClientOptions, TimeProvider.System);
        _dialers.Add(dialer);
        return dialer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var dialer in _dialers)
        {
            await dialer.DisposeAsync();
        }

        _clients.ForEach(client => client.Dispose());
        await Server.DisposeAsync();
    }
}
