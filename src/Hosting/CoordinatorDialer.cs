using Distributed.Cluster.Links;

namespace Distributed.Hosting;

/// <summary>Dials a coordinator where it is now: one that was started again may listen at another port.</summary>
internal sealed class CoordinatorDialer(CoordinatorTarget target, IControlDialer dialer) : IControlDialer
{
    public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed)
    {
        if (target.Address is { } now)
        {
            dialer.Connect(now, connected, failed);
        }
        else
        {
            failed(new DialFailure($"no coordinator has started in {address}"));
        }
    }
}
