namespace Distributed.Actors.Tests;

public sealed class SchedulerTests : DeterministicKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void ScheduleTellOnce_TellsOnceFromTheSender_WhenItsTimeHasCome()
    {
        var sender = CreateTestProbe();
        Sys.Scheduler.ScheduleTellOnce(Second, TestActor, "tick", sender.Ref);
        Assert.Empty(Received());
        Time.Advance(5 * Second);
        Assert.Equal(["tick"], Received());
        Assert.Equal(sender.Ref, LastSender);
    }

    [Fact]
    public void ScheduleTellRepeatedly_TellsAfterDelayThenEveryInterval_WhenNotCancelled()
    {
        Sys.Scheduler.ScheduleTellRepeatedly(Second, 2 * Second, TestActor, "tick", ActorRefs.NoSender);
        Time.Advance(Second);
        Assert.Single(Received());
        Time.Advance(4 * Second);
        Assert.Equal(2, Received().Count);
    }

    [Fact]
    public void Cancelable_EndsTheRepetition_WhenCancelled()
    {
        var ticks = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(Second, Second, TestActor, "tick", null);
        var once = Sys.Scheduler.ScheduleTellOnceCancelable(3 * Second, TestActor, "once", null);
        Time.Advance(2 * Second);
        Assert.Equal(2, Received().Count);
        ticks.Cancel();
        once.CancelAfter(0.5 * Second);
        Time.Advance(5 * Second);
        Assert.Empty(Received());
        Assert.True(once.IsCancellationRequested);
    }

    [Fact]
    public void Schedule_Ends_WhenTheSystemTerminates()
    {
        Sys.Scheduler.ScheduleTellRepeatedly(Second, Second, TestActor, "tick", null);
        _ = Sys.Terminate();
        Settle();
        Assert.Null(Time.UntilNextTimer);
    }
}
