using Distributed.Cluster.Links;

namespace Distributed.Simulation;

/// <summary>One side of a control link. It may think the link open while the other side knows better.</summary>
internal sealed class ControlEnd(SimulatedProcess process, Route route) : IControlConnection
{
    /// <summary>What has come before the end was opened, or before what came then was through.</summary>
    private readonly Queue<Action> _early = new();
    private ControlEnd _other = null!;
    private Action<object>? _received;
    private Action<string>? _closed;
    private bool _isClosed;

    public string Peer => route.To.Name;

    /// <summary>To the other side.</summary>
    internal Route Route => route;

    private Simulator Simulator => process.Simulator;

    public void Open(Action<object> received, Action<string> closed)
    {
        _received = received;
        _closed = closed;
        if (_early.Count > 0)
        {
            Simulator.Schedule(TimeSpan.Zero, new CatchUp(process, this));
        }
    }

    public void Send(object message)
    {
        if (_isClosed || !process.IsAlive || !Simulator.IsOnThread())
        {
            return;
        }

        if (Simulator.Log.IsOn)
        {
            process.Node.Log($"sends {Peer} {Described(message)}");
        }

        var sent = Simulator.Options.Network.Transcode is { } transcode ? transcode(message) : message;
        route.Transmit(new ActionPacket(() => _other.Arrived(sent)));
    }

    public void Close()
    {
        if (!_isClosed)
        {
            process.Node.Log($"closes its link to {Peer}");
            Leave();
            TellOther($"closed by {process.Node.Name}");
        }
    }

    internal static void Join(ControlEnd one, ControlEnd other)
    {
        one._other = other;
        other._other = one;
    }

    /// <summary>This side gives the link up, or hears that it is lost.</summary>
    internal void Lose(string reason) => process.Do(() =>
    {
        if (!_isClosed)
        {
            TellOther("connection reset");
            HearOfEnd(reason);
        }
    });

    internal void EndWithProcess(CrashKind kind)
    {
        Leave();
        if (kind == CrashKind.Process)
        {
            TellOther("connection reset");
            return;
        }

        var timeoutNs = _other.Route.DrawLossTimeoutNs();
        Simulator.ScheduleAt(
            Simulator.NowNs + timeoutNs,
            new ActionEvent(() => _other.Lose($"no answer for {Simulator.Options.Network.LossTimeout}")));
    }

    /// <summary>A message has reached this side's machine.</summary>
    private void Arrived(object message)
    {
        if (process.IsAlive && !_isClosed)
        {
            process.Do(() => InOrder(() => Receive(message)));
        }
        else if (!process.Node.IsPoweredOff)
        {
            TellOther("connection reset");
        }
    }

    private void Receive(object message)
    {
        if (_isClosed)
        {
            return;
        }

        if (Simulator.Log.IsOn)
        {
            process.Node.Log($"receives from {Peer} {Described(message)}");
        }

        _received!(message);
    }

    private void TellOther(string reason) =>
        route.Transmit(new ActionPacket(() => _other.Hear(reason)));

    private void Hear(string reason) => process.Do(() => HearOfEnd(reason));

    private void HearOfEnd(string reason) => InOrder(() =>
    {
        if (_isClosed)
        {
            return;
        }

        Leave();
        process.Node.Log($"link to {Peer} closed: {reason}");
        _closed!(reason);
    });

    private void InOrder(Action action)
    {
        if (_received is null || _early.Count > 0)
        {
            _early.Enqueue(action);
        }
        else
        {
            action();
        }
    }

    private void Leave()
    {
        _isClosed = true;
        process.Control.Remove(this);
    }

    private string Described(object message) =>
        Simulator.Options.Network.Describe is { } describe ? describe(message) : $"{message}";

    /// <summary>Delivers what came early, one at a time; what comes meanwhile waits behind it.</summary>
    private sealed class CatchUp(SimulatedProcess process, ControlEnd end) : ProcessEvent(process)
    {
        protected override void RunInProcess(long sequence)
        {
            end._early.Peek()();
            end._early.Dequeue();
            if (end._early.Count > 0)
            {
                Process.Simulator.Schedule(TimeSpan.Zero, this);
            }
        }
    }
}
