namespace Distributed.Cluster.Links.Tcp;

/// <summary>Connections whose other side has not proved itself yet.</summary>
/// <remarks>
/// There are so many at most. One more closes the oldest: under a flood of connections that prove nothing, one that
/// does has as long as the flood takes to bring as many more, and its dialler tries again.
/// </remarks>
internal sealed class HalfOpenWires(int countMax)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Wire> _wires = new();

    internal void Add(Wire wire)
    {
        Wire? oldest = null;
        lock (_gate)
        {
            _wires.AddLast(wire);
            if (_wires.Count > countMax)
            {
                oldest = _wires.First!.Value;
                _wires.RemoveFirst();
            }
        }

        oldest?.Close("it had not proved itself when too many others came");
    }

    internal void Remove(Wire wire)
    {
        lock (_gate)
        {
            _wires.Remove(wire);
        }
    }

    internal void CloseAll()
    {
        lock (_gate)
        {
            foreach (var wire in _wires)
            {
                wire.Close();
            }

            _wires.Clear();
        }
    }
}
