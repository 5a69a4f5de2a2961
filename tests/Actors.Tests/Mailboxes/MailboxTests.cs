namespace Distributed.Actors.Tests;

public sealed class MailboxTests : DeterministicKit
{
    [Fact]
    public void SystemMessages_OvertakeUserMessages_WhenBothWait()
    {
        var actor = StartPuppet("a");
        Forget();
        actor.Tell("overtaken");
        Sys.Stop(actor);
        Assert.Equal(["a:poststop"], Received());
    }

    [Fact]
    public void Mailbox_IsUnboundedAndInOrder_WhenNothingIsChosen()
    {
        const int Count = 100_000;
        var actor = ActorOf<Echo>("a");
        for (var number = 0; number < Count; number++)
        {
            actor.Tell(number);
        }

        Assert.Equal(Enumerable.Range(0, Count), Received().Cast<int>());
    }

    [Theory]
    [InlineData("three-oldest", "0 1 2")]
    [InlineData("three-newest", "7 8 9")]
    public void BoundedMailbox_DropsAsItsOwnerChose_WhenFull(string mailbox, string kept)
    {
        var dropped = CreateTestProbe();
        Sys.EventStream.Subscribe<Dropped>(dropped.Ref);
        var actor = ActorOf(Props.Create<Echo>().WithMailbox(mailbox), "a");
        Settle();
        for (var number = 0; number < 10; number++)
        {
            actor.Tell(number);
        }

        Assert.Equal(kept, string.Join(' ', Received()));
        Assert.Equal(7, dropped.ReceiveN(7).Count);
        actor.Tell("there is room again");
        Assert.Equal(["there is room again"], Received());
    }

    [Fact]
    public void BoundedMailbox_SaysWhatWasDroppedAndWhy_WhenFull()
    {
        var dropped = CreateTestProbe();
        Sys.EventStream.Subscribe<AllDeadLetters>(dropped.Ref);
        var actor = ActorOf(Props.Create<Echo>().WithMailbox("three-oldest"), "a");
        for (var number = 0; number < 4; number++)
        {
            actor.Tell(number);
        }

        var letter = dropped.ExpectMsg<Dropped>();
        Assert.Equal((3, TestActor, actor), (letter.Message, letter.Sender, letter.Recipient));
        Assert.Contains("full at 3 messages", letter.Reason);
    }

    [Fact]
    public void BoundedMailbox_NeverDropsTerminated_WhenFull()
    {
        var subject = StartPuppet("subject");
        var events = TestActor;
        var actor = ActorOf(Props.Create(() => new Puppet(events)).WithMailbox("three-oldest"), "a");
        actor.Tell(new Puppet.Do(self => self.Inside.Watch(subject)));
        Forget();
        var cell = ((LocalActorRef)actor).Cell;
        cell.Mailbox.PostSystem(Suspend.Instance);
        for (var number = 0; number < 4; number++)
        {
            actor.Tell(number);
        }

        Sys.Stop(subject);
        Settle();
        cell.Mailbox.PostSystem(Resume.Instance);
        Assert.Equal(["subject:poststop", "a:0", "a:1", "a:2", "a:terminated subject"], Received());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void MailboxBound_NamesTheRange_WhenOutOfIt(int messagesMax) => Assert.Contains(
        "choose 1 or more",
        Assert.Throws<ArgumentOutOfRangeException>(() => new MailboxBound(messagesMax, WhenFull.DropNewest)).Message);
}
