using Distributed.Cluster.Links;

namespace Distributed.Cluster.Tests.Links;

/// <summary>The actor that stands for the other side, over a connection that the test plays; time is virtual.</summary>
public sealed class LinkActorTests : TestKit
{
    private static readonly LinkOptions Options = new();

    private readonly VirtualTime _time;
    private readonly PlayedConnection _connection = new();
    private readonly IActorRef _link;

    public LinkActorTests()
        : this(new VirtualTime())
    {
    }

    private LinkActorTests(VirtualTime time)
        : base(time)
    {
        _time = time;
        var target = TestActor;
        _link = ActorOf(() => new LinkActor(_connection, target, Options, time));
        this.Settle();
    }

    [Fact]
    public void Link_ForwardsBothWays_AndIsTheSenderOfWhatComes()
    {
        _link.Tell("there");
        this.Settle();
        Assert.Equal(["there"], _connection.Sent);
        _connection.Receive("back");
        ExpectMsg("back");
        Assert.Equal(_link, LastSender);
    }

    [Fact]
    public void Link_SendsSignsOfLife_AndPassesNoneOn()
    {
        _time.Advance(Options.SignEvery * 3);
        Assert.Equal(Enumerable.Repeat(SignOfLife.Instance, 3), _connection.Sent);
        _connection.Receive(SignOfLife.Instance);
        ExpectNoMsg();
    }

    [Fact]
    public void Link_IsGivenUp_AfterSilenceOnly()
    {
        Watch(_link);
        for (var heard = 0; heard < 10; heard++)
        {
            _time.Advance(Options.SilenceMax);
            _connection.Receive(SignOfLife.Instance);
            this.Settle();
        }

        ExpectNoMsg();
        _time.Advance(Options.SilenceMax + Options.SignEvery);
        ExpectMsg(new LinkClosed("nothing came for 2.5 s"));
        ExpectTerminated(_link);
        Assert.True(_connection.IsClosed);
    }

    [Fact]
    public void Target_IsToldWhy_BeforeTheLinkEnds()
    {
        Watch(_link);
        _connection.Close("reset by peer");
        ExpectMsg(new LinkClosed("reset by peer"));
        Assert.Equal(_link, LastSender);
        ExpectTerminated(_link);
        Assert.True(_connection.IsClosed);
    }

    [Fact]
    public void Connection_IsClosed_WhenTheActorIsStopped()
    {
        Watch(_link);
        Sys.Stop(_link);
        ExpectTerminated(_link);
        Assert.True(_connection.IsClosed);
    }

    private sealed class PlayedConnection : IControlConnection
    {
        private Action<object> _received = _ => { };
        private Action<string> _closed = _ => { };

        internal List<object> Sent { get; } = [];

        internal bool IsClosed { get; private set; }

        public string Peer => "peer";

        public void Open(Action<object> received, Action<string> closed) => (_received, _closed) = (received, closed);

        public void Send(object message) => Sent.Add(message);

        public void Close() => IsClosed = true;

        internal void Receive(object message) => _received(message);

        internal void Close(string reason) => _closed(reason);
    }
}
