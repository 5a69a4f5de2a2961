using Distributed.Cluster.Links;

namespace Distributed.Simulation;

/// <summary>The control links of one process.</summary>
internal sealed class SimulatedControl(SimulatedProcess process) : IControlTransport
{
    private readonly List<ControlEnd> _ends = [];
    private Action<IControlConnection>? _accepted;

    public void Listen(Action<IControlConnection> accepted) => _accepted = accepted;

    public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed)
    {
        if (!process.IsAlive || !process.Simulator.IsOnThread())
        {
            return;
        }

        process.Node.Log($"connects to {address}");
        new ControlAttempt(process, address, connected, failed).Start();
    }

    /// <summary>The machine has got a request for a link: the two ends, or null where nobody listens.</summary>
    internal (ControlEnd Client, ControlEnd Server)? Accept(SimulatedProcess client)
    {
        if (_accepted is null)
        {
            return null;
        }

        var clientEnd = new ControlEnd(client, client.Node.RouteTo(process.Node));
        var serverEnd = new ControlEnd(process, process.Node.RouteTo(client.Node));
        ControlEnd.Join(clientEnd, serverEnd);
        client.Control._ends.Add(clientEnd);
        _ends.Add(serverEnd);
        process.Node.Log($"accepts {client.Node.Name}");
        process.Do(() => _accepted(serverEnd));
        return (clientEnd, serverEnd);
    }

    /// <summary>Loses the links to a node, for this side; the news of it goes to the other side.</summary>
    internal void Lose(SimulatedNode peer, string reason)
    {
        foreach (var end in _ends.Where(end => ReferenceEquals(end.Route.To, peer)).ToList())
        {
            end.Lose(reason);
        }
    }

    internal void Remove(ControlEnd end) => _ends.Remove(end);

    internal void End(CrashKind kind)
    {
        foreach (var end in _ends.ToList())
        {
            end.EndWithProcess(kind);
        }
    }
}
