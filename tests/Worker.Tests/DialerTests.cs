using Distributed.Cluster.Links;

namespace Distributed.Worker.Tests;

/// <summary>A dialer over a transport that the test plays; time is virtual.</summary>
public sealed class DialerTests : TestKit
{
    private readonly VirtualTime _time;
    private readonly PlayedTransport _transport = new();
    private readonly IActorRef _dialer;

    public DialerTests()
        : this(new VirtualTime())
    {
    }

    private DialerTests(VirtualTime time)
        : base(time)
    {
        _time = time;
        _dialer = ActorOf(() => new Dialer(_transport, "there:7100", new LinkOptions(), time));
    }

    [Fact]
    public void Pauses_DoubleUpToHalfASecond_WhileNobodyAnswers()
    {
        _dialer.Tell(new FindCoordinator());
        this.Settle();
        var pauses = new[] { 0.1, 0.2, 0.4, 0.5, 0.5, 0.5 };
        for (var attempt = 0; attempt < pauses.Length; attempt++)
        {
            Assert.Equal(attempt + 1, _transport.Dialled.Count);
            _transport.Fail("refused");
            this.Settle();
            _time.Advance(TimeSpan.FromSeconds(pauses[attempt]) - TimeSpan.FromTicks(1));
            Assert.Equal(attempt + 1, _transport.Dialled.Count);
            _time.Advance(TimeSpan.FromTicks(1));
        }

        Assert.All(_transport.Dialled, address => Assert.Equal("there:7100", address));
    }

    [Fact]
    public void Asker_GetsALinkThatTellsIt_WhenSomebodyAnswers()
    {
        _dialer.Tell(new FindCoordinator());
        this.Settle();
        var connection = _transport.Connect();
        var link = ExpectMsg<CoordinatorFound>().Coordinator;
        link.Tell("hello");
        this.Settle();
        connection.Received!("welcome");
        ExpectMsg("welcome");
        Assert.Equal(link, LastSender);
        Assert.Equal(["hello"], connection.Sent);
    }

    [Fact]
    public void Dialer_StartsWithTheShortestPause_WhenItIsAskedAgain()
    {
        _dialer.Tell(new FindCoordinator());
        this.Settle();
        _transport.Fail("refused");
        this.Settle();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var connection = _transport.Connect();
        Watch(ExpectMsg<CoordinatorFound>().Coordinator);
        this.Settle();
        connection.Closed!("reset by peer");
        ExpectMsg(new LinkClosed("reset by peer"));
        ExpectMsg<Terminated>();
        _dialer.Tell(new FindCoordinator());
        this.Settle();
        _transport.Fail("refused");
        this.Settle();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(4, _transport.Dialled.Count);
    }

    [Fact]
    public void Dialer_StopsAndSaysWhy_WhenTryingAgainCannotHelp()
    {
        _dialer.Tell(new FindCoordinator());
        this.Settle();
        _transport.Fail("another build", isFinal: true);
        Assert.Equal("another build", ExpectMsg<CoordinatorMissing>().Reason);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(_transport.Dialled);
    }

    private sealed class PlayedTransport : IControlDialer
    {
        private Action<IControlConnection> _connected = _ => { };
        private Action<DialFailure> _failed = _ => { };

        internal List<string> Dialled { get; } = [];

        public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed)
        {
            (_connected, _failed) = (connected, failed);
            Dialled.Add(address);
        }

        internal void Fail(string reason, bool isFinal = false) => _failed(new DialFailure(reason, isFinal));

        internal PlayedConnection Connect()
        {
            var connection = new PlayedConnection();
            _connected(connection);
            return connection;
        }
    }

    private sealed class PlayedConnection : IControlConnection
    {
        internal Action<object>? Received { get; private set; }

        internal Action<string>? Closed { get; private set; }

        internal List<object> Sent { get; } = [];

        public string Peer => "there:7100";

        public void Open(Action<object> received, Action<string> closed) => (Received, Closed) = (received, closed);

        public void Send(object message) => Sent.Add(message);

        public void Close()
        {
            // The test looks at what is sent only.
        }
    }
}
