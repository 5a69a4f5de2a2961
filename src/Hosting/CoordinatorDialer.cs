using Distributed.Cluster.Links;
using Distributed.Cluster.Links.Grpc;

namespace Distributed.Hosting;

/// <summary>Dials a coordinator where it is now: one that was started again may listen at another port.</summary>
internal sealed class CoordinatorDialer(WorkerHostOptions options, string jobId, string node)
    : IControlDialer, IDisposable
{
    private ControlClient? _client;

    public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed)
    {
        _client?.Dispose();
        _client = null;
        if (options.Join.Address is not { } now)
        {
            failed(new DialFailure($"no coordinator has started in {address}"));
            return;
        }

        _client = new ControlClient(now, options.Security, new ControlClientOptions(), options.Clock);
        _client.Worker(options.Name, node, jobId).Connect(now, connected, failed);
    }

    public void Dispose() => _client?.Dispose();
}
