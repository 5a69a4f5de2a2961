using Distributed.Actors.TestKit;

namespace Distributed.Actors.Tests;

public sealed class TestKitTests : DeterministicKit
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void ExpectMsg_FailsWithoutSkipping_WhenTheNextMessageHasAnotherType()
    {
        TestActor.Tell(1);
        TestActor.Tell("text");
        Assert.Contains("String was expected", Failure(() => ExpectMsg<string>()));
        ExpectMsg("text");
    }

    [Fact]
    public void ExpectMsg_Fails_WhenNothingComesInTime() =>
        Assert.Contains("got nothing (a greeting)", Failure(() => ExpectMsg<string>(Brief, "a greeting")));

    [Fact]
    public void ExpectMsg_ComparesValuesPredicatesAndAssertions_WhenGiven()
    {
        int[] numbers = [1, 2, 3];
        for (var time = 0; time < 2; time++)
        {
            TestActor.Tell(numbers.ToArray());
        }

        ExpectMsg(numbers);
        Assert.NotEmpty(Failure(() => ExpectMsg<int[]>([1, 2])));
        for (var time = 0; time < 3; time++)
        {
            TestActor.Tell("text");
        }

        Assert.Contains("not as expected", Failure(() => ExpectMsg<string>(text => text.Length > 9)));
        ExpectMsg<string>(text => Assert.Equal(4, text.Length));
        Assert.Equal("text", ExpectMsgAnyOf("other", "text"));
    }

    [Fact]
    public void ExpectMsg_ComparesRecordsByTheirEquals_WhenOneHoldsAnArray()
    {
        int[] content = [1, 2];
        TestActor.Tell(new Held(content));
        ExpectMsg(new Held(content));
        TestActor.Tell(new Held([1, 2]));
        Assert.NotEmpty(Failure(() => ExpectMsg(new Held([1, 2]))));
    }

    [Fact]
    public void Waits_AreThreeSecondsAndFiveForTheEnd_WhenNothingIsGiven()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), Waits.SingleExpect);
        Assert.Equal(TimeSpan.FromSeconds(5), Waits.Shutdown);
    }

    [Fact]
    public void ExpectTerminated_TakesTheTerminatedOfThatActorOnly_WhenItIsNext()
    {
        var (first, second) = (Watch(ActorOf<Echo>("first")), Watch(ActorOf<Echo>("second")));
        Sys.Stop(first);
        Assert.True(ExpectTerminated(first).ExistenceConfirmed);
        Sys.Stop(second);
        Assert.Contains("Terminated of", Failure(() => ExpectTerminated(first)));
    }

    [Fact]
    public void LastSenderAndHasMessages_FollowTheTest_WhenItLooksAtMessages()
    {
        Assert.False(HasMessages);
        Assert.Throws<InvalidOperationException>(() => LastSender);
        var probe = CreateTestProbe();
        probe.Send(TestActor, "first");
        TestActor.Tell("second", ActorRefs.NoSender);
        Settle();
        Assert.True(HasMessages);
        ExpectMsg("first");
        Assert.Equal(probe.Ref, LastSender);
        Assert.Equal("second", ReceiveOne());
        Assert.Equal(Sys.DeadLetters, LastSender);
        Assert.False(HasMessages);
    }

    [Fact]
    public void ExpectMsgAllOf_TakesAnyOrder_WhenEachIsThereOnce()
    {
        foreach (var number in new[] { 3, 1, 2 })
        {
            TestActor.Tell(number);
        }

        Assert.Equal([3, 1, 2], ExpectMsgAllOf(1, 2, 3));
        foreach (var number in new[] { 1, 1 })
        {
            TestActor.Tell(number);
        }

        Assert.Contains("not among", Failure(() => ExpectMsgAllOf(1, 2)));
    }

    [Fact]
    public void ExpectNoMsg_Fails_WhenActorsHaveOneToSend()
    {
        ExpectNoMsg();
        ActorOf<Echo>().Tell("echo");
        Assert.Contains("String: echo", Failure(ExpectNoMsg));
    }

    [Fact]
    public void FishForMessage_SkipsOthers_WhenTheyComeFirst()
    {
        foreach (var message in new object[] { 1, "a", "b" })
        {
            TestActor.Tell(message);
        }

        Assert.Equal("b", FishForMessage<string>(text => text == "b"));
        TestActor.Tell(1);
        Assert.Contains("1 other", Failure(() => FishForMessage(message => message is string, Brief)));
    }

    [Fact]
    public void ReceiveNAndWhile_TakeWhatIsThere_WhenMessagesWait()
    {
        for (var number = 0; number < 6; number++)
        {
            TestActor.Tell(number.ToString());
        }

        Assert.Equal(["0", "1"], ReceiveN(2).Cast<string>());
        Assert.Equal(["2", "3"], ReceiveWhile(Brief, message => message as string, msgs: 2));
        Assert.Equal(["4"], ReceiveWhile(Brief, message => message is "4" ? "4" : null));
        Assert.Contains("only 0 came", Failure(() => ReceiveN(1, Brief)));
        Assert.Null(ReceiveOne(TimeSpan.Zero));
    }

    [Fact]
    public void IgnoreMessages_DropsWhatThePredicateTakes_WhenSet()
    {
        IgnoreMessages(message => message is int);
        TestActor.Tell(1);
        TestActor.Tell("seen");
        Assert.Equal(["seen"], Received());
        IgnoreNoMessages();
        TestActor.Tell(1);
        ExpectMsg(1);
    }

    [Fact]
    public void AwaitAssert_RethrowsTheLastFailure_WhenTimeIsUp()
    {
        var attempts = 0;
        AwaitAssert(() => Assert.True(++attempts == 3), interval: Brief);
        Assert.Equal(3, attempts);
        Assert.Throws<InvalidOperationException>(
            () => AwaitAssert(() => throw new InvalidOperationException("last"), Brief));
    }

    [Fact]
    public void AwaitCondition_Fails_WhenTheConditionNeverHolds()
    {
        var attempts = 0;
        AwaitCondition(() => ++attempts == 3, interval: Brief);
        Assert.Contains("(never)", Failure(() => AwaitCondition(() => false, Brief, message: "never")));
    }

    // Besides, they look whenever an actor has run. A slow machine looks less often.
    [Fact]
    public void AwaitAssertAndCondition_LookEvery100MsAndTenth_WhenNoIntervalIsGiven()
    {
        Settle();
        var attempts = 0;
        Record.Exception(() => AwaitAssert(() => Assert.Fail($"{++attempts}"), TimeSpan.FromMilliseconds(250)));
        Assert.InRange(attempts, 1, 4);
        attempts = 0;
        Failure(() => AwaitCondition(() => ++attempts < 0, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(attempts, 1, 12);
    }

    [Fact]
    public void Within_NarrowsTheWaitsInside_WhenTimeIsShort()
    {
        Within(TimeSpan.FromSeconds(10), () => TestActor.Tell("in time"));
        Assert.Equal("in time", Within(TimeSpan.FromSeconds(10), () => ExpectMsg<string>()));
        Assert.Contains("got nothing", Failure(() => Within(Brief, () => { ExpectMsg<string>(); })));
        Assert.Contains("expected was", Failure(() => Within(TimeSpan.FromHours(1), TimeSpan.FromHours(2), () => { })));
    }

    [Fact]
    public void TestProbe_SendsRepliesAndForwards_WhenItPlaysAnActor()
    {
        var (asker, middle, last) = (CreateTestProbe("asker"), CreateTestProbe("middle"), CreateTestProbe());
        asker.Send(middle.Ref, "question");
        middle.ExpectMsg("question");
        Assert.Equal(asker.Ref, middle.Sender);
        middle.Reply("answer");
        asker.ExpectMsg("answer");
        middle.Forward(last.Ref);
        last.ExpectMsg("question");
        last.Reply("second answer");
        asker.ExpectMsg("second answer");
        middle.ExpectNoMsg();
        Assert.Throws<InvalidOperationException>(() => CreateTestProbe().Reply("to nobody"));
    }

    [Fact]
    public void TestProbe_ServesAsAReference_WhenItIsToldAskedWatchedAndStopped()
    {
        var (probe, other) = (CreateTestProbe("probe"), CreateTestProbe("other"));
        probe.Tell("told");
        probe.ExpectMsg("told");
        Assert.Equal(TestActor, probe.Sender);
        TestActor.Tell("from the probe", probe);
        ExpectMsg("from the probe");
        Assert.Equal(LastSender, probe);
        Assert.Equal(probe, LastSender);
        Assert.Equal(0, LastSender.CompareTo(probe));
        Assert.NotEqual(probe, other.Ref);
        Sys.EventStream.Subscribe<string>(probe);
        Assert.False(Sys.EventStream.Subscribe<string>(probe.Ref));
        Watch(probe);
        var answer = probe.Ask<string>("question");
        probe.ExpectMsg("question");
        probe.Reply("answer");
        Settle();
        Assert.True(answer.IsCompletedSuccessfully);
        Sys.Stop(probe);
        ExpectTerminated(probe);
    }

    [Fact]
    public void Shutdown_TerminatesTheSystem_WhenCalledInATest()
    {
        Shutdown();
        Assert.True(Sys.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void AutoPilot_AnswersUntilItLeaves_WhenSet()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"re: {message}", probe.Ref);
            return message is "last" ? NoAutoPilot.Instance : KeepRunning.Instance;
        }));
        foreach (var message in new[] { "first", "last", "unanswered" })
        {
            probe.Ref.Tell(message);
        }

        Assert.Equal(["re: first", "re: last"], Received());
        Assert.Equal(3, probe.ReceiveN(3).Count);
    }

    [Fact]
    public async Task EventFilter_CountsExactly_WhenEventsDiffer()
    {
        EventFilter.Info(start: "one", contains: "two").ExpectOne(() => Sys.Log.Info("one two"));
        EventFilter.Warning("exact").Expect(2, () =>
        {
            Sys.Log.Warning("exact");
            Sys.Log.Warning("exact");
            Sys.Log.Warning("exactly not");
        });
        await EventFilter.Exception<IOException>().ExpectOneAsync(() =>
        {
            Sys.Log.Error(new IOException("io"), "failed");
            return Task.CompletedTask;
        });
        await EventFilter.Error(contains: "failed", source: "actors://test/").ExpectAsync(1, Brief * 1000, () =>
        {
            Sys.Log.Error("it failed");
            return Task.CompletedTask;
        });
        Assert.Contains("but got 0", Failure(() => EventFilter.Debug(source: "else").ExpectOne(Brief, () => { })));
        Assert.Contains("but got 2", Failure(() => EventFilter.Info().ExpectOne(() =>
        {
            Sys.Log.Info("a");
            Sys.Log.Info("b");
        })));
    }

    [Fact]
    public void Unwatch_EndsTheWatching_WhenCalledInTime()
    {
        var actor = ActorOf<Echo>();
        Watch(actor);
        Unwatch(actor);
        Settle();
        Sys.Stop(actor);
        ExpectNoMsg();
    }

    private sealed record Held(int[] Content);

    private static string Failure(Action code) => Assert.ThrowsAny<Xunit.Sdk.XunitException>(code).Message;
}
