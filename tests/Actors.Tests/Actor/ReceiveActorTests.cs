namespace Distributed.Actors.Tests;

public sealed class ReceiveActorTests : DeterministicKit
{
    [Fact]
    public void Receive_TakesTheFirstMatch_WhenSeveralFit()
    {
        var actor = Start(table =>
        {
            table.Take<string>("long text", text => text.Length > 3);
            table.Take<string>("text");
            table.Take<IComparable>("comparable");
            table.TakeIf<object>(_ => false);
            table.TakeAny("anything");
        });
        foreach (var message in new object[] { "abcd", "abc", 5, new object() })
        {
            actor.Tell(message);
        }

        Assert.Equal(["long text", "text", "comparable", "anything"], Received());
    }

    [Fact]
    public void Receive_FallsThrough_WhenTheHandlerDeclines()
    {
        var actor = Start(table =>
        {
            table.TakeIf<int>(number => number > 5);
            table.Take(typeof(int), "by type", number => (int)number > 2);
            table.TakeAny("anything");
        });
        foreach (var message in new object[] { 9, 4, 1 })
        {
            actor.Tell(message);
        }

        Assert.Equal(["took 9", "by type", "anything"], Received());
    }

    [Fact]
    public void Receive_Throws_WhenAnEarlierHandlerTakesEverything()
    {
        Exception? error = null;
        Start(table =>
        {
            table.TakeAny("anything");
            error = Record.Exception(() => table.Take<string>("never"));
        });
        Settle();
        Assert.IsType<InvalidOperationException>(error);
    }

    [Fact]
    public void Receive_Throws_WhenOutsideConstructorAndBecome()
    {
        var actor = StartPuppet("a");
        Exception? error = null;
        actor.Tell(new Puppet.Do(self => error = Record.Exception(() => self.On<string>(_ => { }))));
        Settle();
        Assert.IsType<InvalidOperationException>(error);
    }

    [Fact]
    public void UnmatchedMessage_IsPublishedAsUnhandled_WhenNoHandlerFits()
    {
        var unhandled = CreateTestProbe();
        Sys.EventStream.Subscribe<UnhandledMessage>(unhandled.Ref);
        var actor = Start(table => table.Take<string>("text"));
        actor.Tell(5);
        var message = unhandled.ExpectMsg<UnhandledMessage>();
        Assert.Equal((5, TestActor, actor), (message.Message, message.Sender, message.Recipient));
    }

    [Fact]
    public void Become_ReplacesTheBehaviour_WhenCalled()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Puppet.Do(self => self.Turn(() => self.On<object>(_ => self.Report("second")))));
        actor.Tell("message");
        Assert.Equal(["a:second"], Received());
    }

    [Fact]
    public void BecomeStacked_ComesBack_WhenUnbecome()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Puppet.Do(self => self.TurnStacked(() => self.On<object>(_ =>
        {
            self.Report("above");
            self.TurnBack();
            self.TurnBack(); // the last behaviour stays
        }))));
        actor.Tell("one");
        actor.Tell("two");
        Assert.Equal(["a:above", "a:two"], Received());
    }

    [Fact]
    public void Become_ChoosesTheFirstBehaviour_WhenCalledInTheConstructor()
    {
        var actor = ActorOf(Props.Create(() => new Chooser()), "a");
        actor.Tell("message");
        ExpectMsg("chosen");
    }

    [Fact]
    public void UntypedActor_HandlesEveryMessage_WhenItBecomesAnother()
    {
        var actor = ActorOf(Props.Create(() => new Plain()), "a");
        actor.Tell(1);
        actor.Tell(2);
        Assert.Equal(["first 1", "second 2"], Received());
    }

    [Fact]
    public void Sender_IsDeadLetters_WhenNobodyIsNamed()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell(new Puppet.Do(self => self.Report(ReferenceEquals(self.From, Sys.DeadLetters))), ActorRefs.NoSender);
        ExpectMsg("a:True");
    }

    [Fact]
    public void Forward_KeepsTheSender_WhenAnActorPassesAMessageOn()
    {
        var actor = StartPuppet("a");
        var probe = CreateTestProbe();
        actor.Tell(new Puppet.Do(_ => probe.Ref.Forward("passed on")));
        probe.ExpectMsg("passed on");
        Assert.Equal(TestActor, probe.Sender);
    }

    [Fact]
    public void Tell_Throws_WhenTheMessageIsNull() =>
        Assert.Throws<ArgumentNullException>(() => TestActor.Tell(null!));

    [Fact]
    public void New_Throws_WhenOutsideASystem() =>
        Assert.Throws<ActorInitializationException>(() => new Echo());

    [Fact]
    public void New_Throws_WhenInsideAnotherActorsHandler()
    {
        Exception? error = null;
        StartPuppet("a").Tell(new Puppet.Do(_ => error = Record.Exception(() => new Echo())));
        Settle();
        Assert.IsType<ActorInitializationException>(error);
    }

    [Fact]
    public void Context_Throws_WhenUsedOutsideAnActor()
    {
        Puppet? escaped = null;
        StartPuppet("a").Tell(new Puppet.Do(self => escaped = self));
        Settle();
        Assert.Throws<NotSupportedException>(() => escaped!.Ref);
        Assert.Throws<NotSupportedException>(() => escaped!.From);
    }

    private IActorRef Start(Action<Table> declare)
    {
        var events = TestActor;
        return ActorOf(Props.Create(() => new Table(events, declare)), "table");
    }

    private sealed class Table : ReceiveActor
    {
        private readonly IActorRef _events;

        public Table(IActorRef events, Action<Table> declare)
        {
            _events = events;
            declare(this);
        }

        internal void Take<T>(string label, Predicate<T>? fits = null) => Receive<T>(_ => _events.Tell(label), fits);

        internal void Take(Type type, string label, Predicate<object> fits) =>
            Receive(type, _ => _events.Tell(label), fits);

        internal void TakeAny(string label) => ReceiveAny(_ => _events.Tell(label));

        internal void TakeIf<T>(Func<T, bool> takes) => Receive<T>(message =>
        {
            if (!takes(message))
            {
                return false;
            }

            _events.Tell($"took {message}");
            return true;
        });
    }

    private sealed class Chooser : ReceiveActor
    {
        public Chooser() => Become(Chosen);

        private void Chosen() => ReceiveAny(_ => Sender.Tell("chosen"));
    }

    private sealed class Plain : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            Sender.Tell($"first {message}");
            Become(Second);
        }

        private void Second(object message) => Sender.Tell($"second {message}");
    }
}
