using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator.Tests.Membership;

public sealed class RosterTests : TestKit
{
    private readonly VirtualTime _time = new();
    private readonly Roster _roster = new();

    [Fact]
    public void Add_ReplacesTheSameNode_AndPutsItAtTheEnd()
    {
        Assert.Null(Add("a"));
        Assert.Null(Add("b"));
        var before = _roster.Peers[0];
        Assert.Same(before, Add("a"));
        Assert.Equal(["b", "a"], _roster.Peers.Select(peer => peer.Join.Node));
        Assert.False(_roster.TryFind(before.Link, out _));
        Assert.True(_roster.TryFind(_roster.Peers[1].Link, out var found));
        Assert.Equal("a", found.ToString());
    }

    [Fact]
    public void HoldOff_DoublesWithEveryExpulsion_UpToHalfAMinute()
    {
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            Add("a");
            var peer = _roster.Peers.Single();
            _roster.Expel(peer, _time.GetTimestamp());
            Assert.Empty(_roster.Peers);
            Assert.Equal(TimeSpan.FromSeconds(seconds), _roster.HoldOff(peer, _time));
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Equal(TimeSpan.FromTicks(1), _roster.HoldOff(peer, _time));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.Equal(TimeSpan.Zero, _roster.HoldOff(peer, _time));
        }
    }

    [Fact]
    public void HoldOff_IsNone_ForWhoWasNeverExpelled()
    {
        Add("a");
        Assert.Equal(TimeSpan.Zero, _roster.HoldOff(_roster.Peers[0], _time));
    }

    private Peer? Add(string node) => _roster.Add(CreateTestProbe().Ref, new Join(node, node, $"{node}:1"));
}
