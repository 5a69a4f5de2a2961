namespace Distributed.Actors.Tests;

public sealed class ReceiveAsyncTests : DeterministicKit
{
    private readonly IActorRef _actor;
    private readonly TaskCompletionSource _gate = new();

    public ReceiveAsyncTests()
    {
        _actor = StartPuppet("a");
        Forget();
    }

    [Fact]
    public void NextMessage_Waits_WhenAHandlerAwaits()
    {
        TellAwaiting(self => self.Report("after"));
        _actor.Tell("next");
        Assert.Equal(["a:before"], Received());
        _gate.SetResult();
        Assert.Equal(["a:after", "a:next"], Received());
    }

    [Fact]
    public void SelfSenderAndContext_AreValid_WhenAHandlerHasAwaited()
    {
        var probe = CreateTestProbe("probe");
        probe.Send(_actor, new Puppet.DoAsync(async self =>
        {
            await _gate.Task;
            self.Report($"{self.Ref.Path.Name} {self.From.Path.Name} {ActorCell.Running.Parent.Path.Name}");
        }));
        _actor.Tell("next");
        Settle();
        _gate.SetResult();
        Assert.Equal(["a:a probe user", "a:next"], Received());
    }

    [Fact]
    public void Failure_GoesToSupervision_WhenItComesAfterAnAwait()
    {
        TellAwaiting(_ => throw new InvalidOperationException("late"));
        Forget();
        _gate.SetResult();
        Assert.StartsWith("a:prerestart(late, DoAsync", (string)Received()[0]);
        _actor.Tell("alive");
        ExpectMsg("a:alive");
    }

    [Fact]
    public void Failure_GoesToSupervision_WhenItComesBeforeAnyAwait()
    {
        _actor.Tell(new Puppet.DoAsync(_ => throw new InvalidOperationException("early")));
        Assert.StartsWith("a:prerestart(early", (string)Received()[0]);
    }

    [Fact]
    public void Stop_WaitsForTheHandler_WhenItAwaits()
    {
        TellAwaiting(self => self.Report("after"));
        _actor.Tell("never");
        Settle();
        Sys.Stop(_actor);
        Assert.Equal(["a:before"], Received());
        _gate.SetResult();
        Assert.Equal(["a:after", "a:poststop"], Received());
    }

    [Fact]
    public void Watch_IsServed_WhileAHandlerAwaits()
    {
        TellAwaiting(self => self.Report("after"));
        var other = StartPuppet("other");
        Forget();
        _actor.Tell(PoisonPill.Instance);
        Watch(_actor);
        Sys.Stop(other);
        Forget();
        _gate.SetResult();
        Assert.Contains(Received(), message => message is Terminated);
    }

    [Fact]
    public void Handler_NeedsNoSuspension_WhenItsTaskHasEndedAlready()
    {
        _actor.Tell(new Puppet.DoAsync(self =>
        {
            self.Report("done");
            return Task.CompletedTask;
        }));
        _actor.Tell("next");
        Assert.Equal(["a:done", "a:next"], Received());
    }

    private void TellAwaiting(Action<Puppet> then) => _actor.Tell(new Puppet.DoAsync(async self =>
    {
        self.Report("before");
        await _gate.Task;
        then(self);
    }));
}
