namespace Distributed.Actors.Tests;

public sealed class PropsTests : DeterministicKit
{
    [Fact]
    public void Create_EvaluatesArgumentsOnce_WhenActorsAreMadeAndRestarted()
    {
        var evaluations = 0;
        var events = TestActor;
        var argument = new Func<object>(() => ++evaluations);

        var props = Props.Create(() => new Holder(argument(), events));
        var first = ActorOf(props);
        var second = ActorOf(props);
        first.Tell("fail");
        Settle();
        Assert.Equal(1, evaluations);
        var arguments = Received();
        Assert.Equal(3, arguments.Count);
        Assert.Single(arguments.Distinct());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Create_NamesTheExpression_WhenItIsNotANewExpression()
    {
        var made = new Func<Echo>(() => new Echo());
        var error = Assert.Throws<ArgumentException>(() => Props.Create(() => made()));
        Assert.Contains("must be new Echo(", error.Message);
    }

    [Fact]
    public void Create_FindsTheConstructor_WhenArgumentsAreGiven()
    {
        var actor = ActorOf(Props.Create<Holder>("argument", TestActor));
        ExpectMsg("argument");
        Assert.NotNull(actor);
        var type = typeof(Holder);
        ActorOf(Props.Create(type, "another", TestActor));
        ExpectMsg("another");
    }

    [Fact]
    public void Create_Throws_WhenTheTypeIsNoActor() =>
        Assert.Throws<ArgumentException>(() => Props.Create(typeof(string)));

    [Fact]
    public void With_LeavesTheOriginalAlone_WhenSomethingIsChosen()
    {
        var props = Props.Create<Echo>();
        var chosen = props.WithDispatcher("other").WithMailbox("bounded")
            .WithSupervisorStrategy(SupervisorStrategy.StoppingStrategy);
        Assert.Equal((DispatcherNames.Default, null), (props.Dispatcher, props.Mailbox));
        Assert.Null(props.SupervisorStrategy);
        Assert.Equal(("other", "bounded"), (chosen.Dispatcher, chosen.Mailbox));
    }

    [Fact]
    public void ActorOf_NamesWhatIsUnknown_WhenPropsNameNothingOfTheSystem()
    {
        var props = Props.Create<Echo>();
        Assert.Contains(
            "'fast'", Assert.Throws<ArgumentException>(() => ActorOf(props.WithDispatcher("fast"), "a")).Message);
        Assert.Contains(
            "'small'", Assert.Throws<ArgumentException>(() => ActorOf(props.WithMailbox("small"), "a")).Message);
        ActorOf(props, "a").Tell("the name is still free");
        ExpectMsg("the name is still free");
    }

    private sealed class Holder : ReceiveActor
    {
        public Holder(object argument, IActorRef events)
        {
            events.Tell(argument);
            ReceiveAny(_ => throw new InvalidOperationException("oops"));
        }
    }
}
