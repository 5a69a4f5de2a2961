namespace Distributed.Actors.Tests;

public sealed class AskTests : DeterministicKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Ask_GivesTheAnswer_WhenOneComes()
    {
        var asked = StartEcho().Ask<string>("hello");
        Settle();
        Assert.True(asked.IsCompleted);
        Assert.Equal("hello", await asked);
    }

    [Fact]
    public async Task Ask_ThrowsAskTimeout_WhenNoAnswerComesInTime()
    {
        var asked = TestActor.Ask<string>("hello", Second);
        Time.Advance(0.999 * Second);
        Assert.False(asked.IsCompleted);
        Time.Advance(0.001 * Second);
        var error = await Assert.ThrowsAsync<AskTimeoutException>(() => asked);
        Assert.IsAssignableFrom<ActorException>(error);
        Assert.IsNotAssignableFrom<TimeoutException>(error);
    }

    [Fact]
    public void Ask_WaitsWithoutEnd_WhenNoTimeoutIsGiven()
    {
        var asked = TestActor.Ask<string>("hello");
        Time.Advance(TimeSpan.FromDays(10));
        Assert.False(asked.IsCompleted);
    }

    [Fact]
    public async Task Ask_IsCanceled_WhenTheCallersTokenIs()
    {
        using var source = new CancellationTokenSource();
        var asked = TestActor.Ask<string>("hello", source.Token);
        await source.CancelAsync();
        Settle();
        await Assert.ThrowsAsync<TaskCanceledException>(() => asked);
        Assert.True(asked.IsCanceled);
    }

    [Fact]
    public async Task Ask_ThrowsArgumentException_WhenTheAnswerHasAnotherType()
    {
        var asked = StartEcho().Ask<int>("hello");
        Settle();
        await Assert.ThrowsAsync<ArgumentException>(() => asked);
    }

    [Fact]
    public async Task Ask_ThrowsTheCause_WhenTheAnswerIsAFailure()
    {
        var cause = new InvalidOperationException("no");
        var asked = StartEcho().Ask<string>(new Status.Failure(cause));
        Settle();
        Assert.Same(cause, await Assert.ThrowsAsync<InvalidOperationException>(() => asked));
    }

    [Fact]
    public async Task Ask_GivesTheFailure_WhenAnyObjectIsAskedFor()
    {
        var failure = new Status.Failure(new InvalidOperationException("no"));
        var asked = StartEcho().Ask<object>(failure);
        Settle();
        Assert.Same(failure, await asked);
    }

    [Fact]
    public async Task Ask_LeavesADeadLetterAndTimesOut_WhenTheTargetHasStopped()
    {
        var echo = StartEcho();
        Sys.Stop(echo);
        Settle();
        var deadLetters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(deadLetters.Ref);
        var asked = echo.Ask<string>("hello", Second);
        Time.Advance(Second);
        deadLetters.ExpectMsg<DeadLetter>(letter => letter.Message.Equals("hello"));
        await Assert.ThrowsAsync<AskTimeoutException>(() => asked);
    }

    [Fact]
    public async Task Ask_TimesOut_WhenTheActorFails()
    {
        var asked = StartPuppet("a").Ask<string>(new Puppet.Fail("oops"), Second);
        Time.Advance(Second);
        await Assert.ThrowsAsync<AskTimeoutException>(() => asked);
    }

    [Fact]
    public async Task Ask_TakesTheFirstAnswerOnly_WhenSeveralCome()
    {
        var deadLetters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(deadLetters.Ref);
        var asked = TestActor.Ask<string>(promise => promise, null, CancellationToken.None);
        var promise = ExpectMsg<IActorRef>();
        promise.Tell("first");
        promise.Tell("second");
        Settle();
        Assert.Equal("first", await asked);
        deadLetters.ExpectMsg<DeadLetter>(letter => letter.Message.Equals("second"));
        Assert.Equal("temp", promise.Path.Parent.Name);
    }

    [Fact]
    public async Task GracefulStop_IsTrue_WhenTheActorStopsInTime()
    {
        var stopped = StartPuppet("a").GracefulStop(Second);
        Settle();
        Assert.True(await stopped);
        var again = StartPuppet("a");
        Settle();
        Sys.Stop(again);
        Settle();
        var afterwards = again.GracefulStop(Second);
        Settle();
        Assert.True(await afterwards);
    }

    [Fact]
    public async Task GracefulStop_IsFalse_WhenTheActorTakesLonger()
    {
        var stopped = StartPuppet("a").GracefulStop(Second, "not a stop message");
        Time.Advance(Second);
        Assert.False(await stopped);
    }

    [Fact]
    public void PipeTo_TellsTheResult_WhenTheTaskSucceeds()
    {
        var source = new TaskCompletionSource<int>();
        _ = source.Task.PipeTo(TestActor);
        source.SetResult(5);
        ExpectMsg(5);
        Assert.Equal(Sys.DeadLetters, LastSender);
    }

    [Fact]
    public void PipeTo_TellsAFailure_WhenTheTaskFails()
    {
        var cause = new InvalidOperationException("no");
        _ = Task.FromException<int>(cause).PipeTo(TestActor);
        Assert.Same(cause, ExpectMsg<Status.Failure>().Cause);
        _ = Task.FromException(cause).PipeTo(TestActor, failure: error => error.Message);
        ExpectMsg("no");
    }

    [Fact]
    public void PipeTo_TellsWhatSuccessMakes_WhenGivenWithASender()
    {
        var sender = CreateTestProbe();
        _ = ValueTask.FromResult(5).PipeTo(TestActor, sender.Ref, result => result + 1);
        ExpectMsg(6);
        Assert.Equal(sender.Ref, LastSender);
        _ = Task.CompletedTask.PipeTo(TestActor, success: () => "done");
        ExpectMsg("done");
        _ = ValueTask.CompletedTask.PipeTo(TestActor);
        ExpectMsg<Status.Success>();
    }

    private IActorRef StartEcho() => ActorOf(Props.Create(() => new Echo()), "echo");
}
