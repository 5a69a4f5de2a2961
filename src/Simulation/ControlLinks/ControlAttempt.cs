using Distributed.Cluster.Links;

namespace Distributed.Simulation;

/// <summary>One try to make a control link: a request, an answer, and a time-out for both.</summary>
internal sealed class ControlAttempt(
    SimulatedProcess process, string address, Action<IControlConnection> connected, Action<DialFailure> failed)
{
    private readonly Simulator _simulator = process.Simulator;
    private bool _isDecided;

    internal void Start()
    {
        var timeout = _simulator.Options.Network.ConnectTimeout;
        _simulator.After(timeout, () => Fail($"{address} did not answer within {timeout}"));
        if (_simulator.Network.Find(address) is not { } node)
        {
            _simulator.After(TimeSpan.Zero, () => Fail($"there is no node '{address}'"));
            return;
        }

        var route = process.Node.RouteTo(node);
        route.Transmit(new ActionPacket(() => Request(route)));
    }

    /// <summary>On the other machine. Its kernel answers, even while the process is frozen.</summary>
    private void Request(Route route)
    {
        var node = route.To;
        if (node.IsPoweredOff)
        {
            return;
        }

        if (!process.IsAlive)
        {
            return; // the link would be closed before it is accepted
        }

        var back = route.Reverse;
        if (node.Process?.Control.Accept(process) is { } ends)
        {
            back.Transmit(new ActionPacket(() => Answered(ends.Client)));
        }
        else
        {
            back.Transmit(new ActionPacket(() => Fail($"{address} refused the connection")));
        }
    }

    private void Answered(ControlEnd end)
    {
        if (_isDecided || !process.IsAlive)
        {
            end.Close(); // the other side thinks it open
            return;
        }

        _isDecided = true;
        process.Do(() =>
        {
            process.Node.Log($"is connected to {address}");
            connected(end);
        });
    }

    private void Fail(string reason)
    {
        if (_isDecided)
        {
            return;
        }

        _isDecided = true;
        process.Do(() =>
        {
            process.Node.Log($"is not connected: {reason}");
            failed(new DialFailure(reason));
        });
    }
}
