namespace Distributed.Actors.Tests;

public sealed class ReceiveTimeoutTests : DeterministicKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly IActorRef _actor;

    public ReceiveTimeoutTests()
    {
        _actor = StartPuppet("a");
        _actor.Tell(new Puppet.Do(self => self.Timeout(Second)));
        Forget();
    }

    [Fact]
    public void ReceiveTimeout_ComesAgainAndAgain_WhenNoMessageComes()
    {
        Time.Advance(3 * Second);
        Assert.Equal(["a:timeout", "a:timeout", "a:timeout"], Received());
    }

    [Fact]
    public void ReceiveTimeout_CountsFromTheLastMessage_WhenMessagesCome()
    {
        for (var step = 0; step < 5; step++)
        {
            Time.Advance(0.9 * Second);
            _actor.Tell("message");
        }
        Assert.All(Received(), message => Assert.Equal("a:message", message));
        Time.Advance(0.999 * Second);
        Assert.Empty(Received());
        Time.Advance(0.001 * Second);
        Assert.Equal(["a:timeout"], Received());
    }

    [Fact]
    public void ReceiveTimeout_IsNotPutOff_WhenAMessageDoesNotInfluenceIt()
    {
        Time.Advance(0.9 * Second);
        _actor.Tell(new Idle());
        Time.Advance(0.1 * Second);
        Assert.Equal(["a:idle", "a:timeout"], Received());
    }

    [Fact]
    public void ReceiveTimeout_Ends_WhenSetToNull()
    {
        _actor.Tell(new Puppet.Do(self => self.Timeout(null)));
        Time.Advance(5 * Second);
        Assert.Empty(Received());
    }

    [Fact]
    public void ReceiveTimeout_Ends_WhenTheActorRestarts()
    {
        _actor.Tell(new Puppet.Fail("oops"));
        Forget();
        Time.Advance(5 * Second);
        Assert.Empty(Received());
    }

    private sealed record Idle : INotInfluenceReceiveTimeout
    {
        public override string ToString() => "idle";
    }
}
