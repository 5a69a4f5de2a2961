using Distributed.Cluster.Links.Grpc;
using Distributed.Hosting;

namespace Distributed.Cli.Clusters;

/// <summary>The endpoint that probes ask, where one is wanted.</summary>
internal sealed class Probes : IDisposable
{
    private readonly HealthEndpoint? _endpoint;

    private Probes(HealthEndpoint? endpoint) => _endpoint = endpoint;

    /// <param name="address">HOST:PORT; null for none.</param>
    /// <remarks>Errors: UserErrorException where the address cannot be listened at.</remarks>
    internal static Probes Start(string? address, Func<Health> health)
    {
        if (address is null)
        {
            return new Probes(null);
        }

        var endpoint = new HealthEndpoint(ListenAddress.Parse("--health", address), health);
        endpoint.StartAsync().GetAwaiter().GetResult();
        return new Probes(endpoint);
    }

    public void Dispose() => _endpoint?.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
