namespace Distributed.Actors.Tests;

public sealed class EventStreamTests : DeterministicKit
{
    [Fact]
    public void Publish_ReachesSubscribersOfTheTypeAndItsBases_WhenAssignable()
    {
        Assert.True(Sys.EventStream.Subscribe<Exception>(TestActor));
        Assert.False(Sys.EventStream.Subscribe<Exception>(TestActor));
        var error = new InvalidOperationException("event");
        Sys.EventStream.Publish(error);
        Sys.EventStream.Publish("not an error");
        Assert.Equal([error], Received());
    }

    [Fact]
    public void Publish_ReplaysNothing_WhenSomebodySubscribesLater()
    {
        Sys.EventStream.Publish("early");
        Sys.EventStream.Subscribe<string>(TestActor);
        Assert.Empty(Received());
    }

    [Fact]
    public void Unsubscribe_EndsTheEvents_WhenOneTypeOrAllAreMeant()
    {
        Sys.EventStream.Subscribe<string>(TestActor);
        Sys.EventStream.Subscribe<Exception>(TestActor);
        Assert.True(Sys.EventStream.Unsubscribe<string>(TestActor));
        Assert.False(Sys.EventStream.Unsubscribe<string>(TestActor));
        Sys.EventStream.Publish("unheard");
        Assert.True(Sys.EventStream.Unsubscribe(TestActor));
        Sys.EventStream.Publish(new InvalidOperationException("unheard"));
        Assert.Empty(Received());
    }

    [Fact]
    public void Subscriber_IsForgotten_WhenItHasStopped()
    {
        var actor = StartPuppet("a");
        Sys.EventStream.Subscribe<string>(actor);
        Sys.Stop(actor);
        Forget();
        Sys.EventStream.Subscribe<AllDeadLetters>(TestActor);
        Sys.EventStream.Publish("event");
        Assert.Empty(Received());
        Assert.False(Sys.EventStream.Unsubscribe(actor));
    }

    [Fact]
    public void DeadLetters_PublishWhatTheyAreTold_WhenSomebodyTells()
    {
        Sys.EventStream.Subscribe<DeadLetter>(TestActor);
        Sys.DeadLetters.Tell("lost");
        ExpectMsg<DeadLetter>(letter => letter.Message.Equals("lost") && letter.Sender.Equals(TestActor));
    }

    [Fact]
    public void Nobody_DropsMessagesAndIsDeadToWatchers_WhenUsed()
    {
        ActorRefs.Nobody.Tell("dropped");
        Watch(ActorRefs.Nobody);
        ExpectTerminated(ActorRefs.Nobody);
    }
}
