using Distributed.Cluster.Links;

namespace Distributed.Simulation.Tests.ControlLinks;

/// <summary>n0 connects to n1, which listens.</summary>
public sealed class ControlLinkTests
{
    private readonly Simulator _simulator = Stage.Of(2);
    private readonly Side _client = new();
    private readonly Side _server = new();
    private readonly List<string> _failures = [];

    public ControlLinkTests() => Server.Control.Listen(_server.Take);

    private SimulatedNode Client => _simulator.Nodes[0];

    private SimulatedNode Server => _simulator.Nodes[1];

    [Fact]
    public void Connect_TakesARoundTrip_AndCarriesMessagesInOrder()
    {
        Connect();
        Run(1.5);
        Assert.Null(_client.Link);
        Run(1);
        for (var i = 0; i < 20; i++)
        {
            _client.Link!.Send(i);
            _server.Link!.Send(-i);
        }

        Run(2);
        Assert.Equal(Enumerable.Range(0, 20).Cast<object>(), _server.Received);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => -i).Cast<object>(), _client.Received);
    }

    [Fact]
    public void Open_DeliversWhatCameBefore()
    {
        IControlConnection? link = null;
        Server.Control.Listen(accepted => link = accepted);
        Connect();
        Run(3);
        _client.Link!.Send("a");
        _client.Link.Send("b");
        _client.Link.Close();
        Run(3);
        _server.Take(link!);
        Assert.Empty(_server.Received);
        Run(1);
        Assert.Equal(["a", "b"], _server.Received);
        Assert.Equal(["closed by n0"], _server.Closed);
    }

    [Fact]
    public void Close_ComesAfterWhatWasSent_AndIsNotToldToItsOwnSide()
    {
        Connect();
        Run(3);
        _server.Link!.Send("late");
        _client.Link!.Send("last");
        _client.Link.Close();
        _client.Link.Send("never");
        Run(3);
        Assert.Equal(["last"], _server.Received);
        Assert.Equal(["closed by n0"], _server.Closed);
        Assert.Empty(_client.Received);
        Assert.Empty(_client.Closed);
    }

    [Fact]
    public void Connect_IsRefused_WhenNobodyListens()
    {
        Server.Restart();
        Connect();
        Run(3);
        Assert.Equal(["n1 refused the connection"], _failures);
        Server.Crash();
        Connect();
        Run(3);
        Assert.Equal(2, _failures.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connect_TimesOut_WhenNothingComesThrough(bool isPowerGone)
    {
        if (isPowerGone)
        {
            Server.Crash(CrashKind.PowerFailure);
        }
        else
        {
            _simulator.Network.PartitionOneWay(Server, Client);
        }

        Connect();
        Run(2900);
        Assert.Empty(_failures);
        Run(200);
        Assert.Single(_failures);
        _simulator.Network.RepairAll();
        Run(100);
        Assert.Null(_client.Link);
        Assert.Equal(isPowerGone ? 0 : 1, _server.Closed.Count); // it had accepted
    }

    [Fact]
    public void Crash_ClosesTheOtherSide_AtOnce()
    {
        Connect();
        Run(3);
        Server.Crash();
        Run(1.1);
        Assert.Equal(["connection reset"], _client.Closed);
    }

    [Fact]
    public void PowerFailure_ClosesTheOtherSide_AfterTheTimeout()
    {
        Connect();
        Run(3);
        Server.Crash(CrashKind.PowerFailure);
        Run(9900);
        Assert.Empty(_client.Closed);
        Run(1200);
        Assert.Single(_client.Closed);
    }

    [Fact]
    public void PowerFailure_IsNoticedBySending_OnceTheNodeIsBack()
    {
        Connect();
        Run(3);
        Server.Crash(CrashKind.PowerFailure);
        Server.Restart();
        _client.Link!.Send("anyone?");
        Run(3);
        Assert.Equal(["connection reset"], _client.Closed);
    }

    [Fact]
    public void Partition_HoldsMessages_AndRepairDeliversThem()
    {
        Connect();
        Run(3);
        _simulator.Network.Partition(Client, Server);
        _client.Link!.Send(1);
        _client.Link.Send(2);
        Run(5000);
        Assert.Empty(_server.Received);
        _simulator.Network.Repair(Client, Server);
        _client.Link.Send(3);
        Run(10_000);
        Assert.Equal([1, 2, 3], _server.Received.Cast<int>());
        Assert.Empty(_client.Closed);
    }

    [Fact]
    public void Partition_ClosesBothSides_WhenItLasts()
    {
        Connect();
        Run(3);
        _simulator.Network.PartitionOneWay(Client, Server);
        _client.Link!.Send(1);
        _server.Link!.Send(1);
        Run(11_100);
        Assert.Equal([1], _client.Received.Cast<int>());
        Assert.Empty(_server.Received);
        Assert.Single(_client.Closed);
        Assert.Single(_server.Closed);
    }

    /// <summary>The client connects anew while the server cannot hear of it: the old link stays beside it.</summary>
    [Fact]
    public void Connect_LeavesAnOldLinkHalfOpen_WhenTheServerHasNotHeardOfItsEnd()
    {
        Connect();
        Run(3);
        _simulator.Network.Hold(Client, Server);
        var old = new Side();
        (old.Link, _client.Link) = (_server.Link, null);
        Connect();
        Run(1);
        _simulator.Network.Release(Client, Server);
        Run(5);
        Assert.NotSame(old.Link, _server.Link);
        Assert.Empty(_server.Closed);
        old.Link!.Send("to the old one");
        _server.Link!.Send("to the new one");
        Run(5);
        Assert.Equal(2, _client.Received.Count);
    }

    [Fact]
    public void DropControl_TellsBoth()
    {
        Connect();
        Run(3);
        _simulator.Network.DropControl(Client, Server);
        Run(3);
        Assert.Single(_client.Closed);
        Assert.Single(_server.Closed);
    }

    [Fact]
    public void Freeze_KeepsTheLinkOpen()
    {
        Connect();
        Run(3);
        Server.Freeze();
        _client.Link!.Send(1);
        _client.Link.Send(2);
        Run(60_000);
        Assert.Empty(_server.Received);
        Server.Thaw();
        Run(1);
        Assert.Equal([1, 2], _server.Received.Cast<int>());
    }

    private void Connect() => Client.Control.Connect("n1", _client.Take, failure => _failures.Add(failure.Reason));

    private void Run(double milliseconds) => _simulator.RunFor(TimeSpan.FromMilliseconds(milliseconds));

    private sealed class Side
    {
        internal IControlConnection? Link { get; set; }

        internal List<object> Received { get; } = [];

        internal List<string> Closed { get; } = [];

        internal void Take(IControlConnection link)
        {
            Link = link;
            link.Open(Received.Add, Closed.Add);
        }
    }
}
