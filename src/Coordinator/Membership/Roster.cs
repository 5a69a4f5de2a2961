using System.Diagnostics.CodeAnalysis;
using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Membership;

/// <summary>Everyone who has joined and not gone, in the order of joining.</summary>
internal sealed class Roster
{
    private static readonly TimeSpan HoldOffMax = TimeSpan.FromSeconds(30);

    private readonly List<Peer> _peers = [];
    private readonly Dictionary<string, (int Count, long At)> _expelled = [];

    internal IReadOnlyList<Peer> Peers => _peers;

    /// <summary>Adds a worker; returns the peer it replaces, whose link has not closed yet but is of no use.</summary>
    internal Peer? Add(IActorRef link, Join join)
    {
        var before = _peers.Find(peer => peer.Join.Node == join.Node);
        if (before is not null)
        {
            _peers.Remove(before);
        }

        _peers.Add(new Peer(link, join));
        return before;
    }

    internal bool TryFind(IActorRef link, [NotNullWhen(true)] out Peer? peer) =>
        (peer = _peers.Find(one => one.Link.Equals(link))) is not null;

    internal void Remove(Peer peer) => _peers.Remove(peer);

    /// <summary>Remembers that the coordinator itself threw this one out.</summary>
    internal void Expel(Peer peer, long now)
    {
        _peers.Remove(peer);
        var count = _expelled.TryGetValue(peer.Join.Node, out var before) ? before.Count + 1 : 1;
        _expelled[peer.Join.Node] = (count, now);
    }

    /// <summary>
    /// How long an expelled one has still to wait before it is taken in again: 1 s, twice as long each time.
    /// </summary>
    internal TimeSpan HoldOff(Peer peer, TimeProvider clock)
    {
        if (!_expelled.TryGetValue(peer.Join.Node, out var expelled))
        {
            return TimeSpan.Zero;
        }

        var pause = TimeSpan.FromSeconds(1 << Math.Min(expelled.Count - 1, 5));
        var left = (pause < HoldOffMax ? pause : HoldOffMax) - clock.GetElapsedTime(expelled.At);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

/// <summary>A worker that has joined.</summary>
internal sealed class Peer(IActorRef link, Join join)
{
    internal IActorRef Link => link;

    internal Join Join => join;

    /// <summary>Its place in the present generation; −1 where it has none.</summary>
    internal int Rank { get; set; } = -1;

    internal bool Leaves { get; set; }

    internal Standing? Standing { get; set; }

    /// <summary>Why its link has closed; null while it has not, or where nobody says.</summary>
    internal string? ClosedBecause { get; set; }

    public override string ToString() => join.Name;
}
