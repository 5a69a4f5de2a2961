namespace Distributed.Actors.Tests;

public sealed class SmokeTests : TestKit.TestKit
{
    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    [Fact]
    public void Actor_Answers_WhenTold()
    {
        var echo = ActorOf<Echo>("echo");
        echo.Tell("hello");
        ExpectMsg("hello");
    }

    [Fact]
    public async Task Actor_Answers_WhenAsked()
    {
        var echo = ActorOf<Echo>("echo");
        Assert.Equal(7, await echo.Ask<int>(7, TimeSpan.FromSeconds(3)));
        echo.Tell("after await");
        ExpectMsg("after await");
    }
}
