namespace Distributed.Actors.TestKit;

/// <summary>What a test expects of an actor it plays itself: the kit's own test actor, or a probe.</summary>
/// <remarks>
/// Waits end as soon as what they wait for is there, and are bounded by the machine's clock: 3 s unless a timeout is
/// given or an enclosing Within leaves less. Errors: a failed expectation throws xunit's assertion exceptions.
/// </remarks>
public abstract partial class TestKitBase
{
    private readonly Stage _stage;
    private readonly Inbox _inbox;
    private Deadline? _withinEnd;

    private protected TestKitBase(Stage stage, string? name)
    {
        _stage = stage;
        var inbox = _inbox = new Inbox(stage.Counter);
        TestActor = ((LocalActorSystem)stage.System).SystemActorOf(Props.Create(() => new TestActor(inbox)), name);
        EventFilter = new EventFilterFactory(stage);
    }

    /// <summary>The system under test.</summary>
    public ActorSystem Sys => _stage.System;

    /// <summary>The actor that receives for this kit or probe.</summary>
    public IActorRef TestActor { get; }

    /// <summary>The sender of the message looked at last.</summary>
    /// <remarks>Errors: InvalidOperationException before the first message.</remarks>
    public IActorRef LastSender => LastEnvelope?.Sender
        ?? throw new InvalidOperationException("test: no message has been received yet, so there is no last sender");

    /// <summary>Whether messages wait that the test has not looked at.</summary>
    public bool HasMessages => _inbox.Count > 0;

    /// <summary>Expects log events, such as the failures that supervision reports.</summary>
    public EventFilterFactory EventFilter { get; }

    private protected Envelope? LastEnvelope { get; private set; }

    internal Stage SharedStage => _stage;

    /// <summary>A further actor for the test to play.</summary>
    public TestProbe CreateTestProbe(string? name = null) => new(_stage, name);

    /// <summary>Has the test actor watch; its Terminated comes as a message.</summary>
    public IActorRef Watch(IActorRef actorToWatch)
    {
        TestActor.Tell(new TestActor.StartWatching(actorToWatch), ActorRefs.NoSender);
        return actorToWatch;
    }

    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        TestActor.Tell(new TestActor.StopWatching(actorToUnwatch), ActorRefs.NoSender);
        return actorToUnwatch;
    }

    /// <summary>Terminates the system and waits for it, 5 s by default; verifying fails when it takes longer.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var limit = duration ?? Waits.Shutdown;
        var terminated = Sys.Terminate();
        if (!_stage.WaitUntil(() => terminated.IsCompleted, Deadline.After(limit), limit / 100) && verifySystemShutdown)
        {
            Assert.Fail($"system {Sys.Name} has not terminated within {limit}: an actor does not return");
        }
    }

    /// <summary>Drops the messages the predicate takes before the test sees them.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) => _inbox.Ignores = shouldIgnoreMessage;

    public void IgnoreNoMessages() => _inbox.Ignores = null;

    public void SetAutoPilot(AutoPilot pilot) => _inbox.Pilot = pilot;

    private protected static string Described(object? message) =>
        message is null ? "nothing" : $"{message.GetType().Name}: {message}";

    private protected Deadline DeadlineFor(TimeSpan? timeout) => timeout is { } given
        ? Deadline.After(given)
        : Deadline.Earlier(Deadline.After(_withinEnd is null ? Waits.SingleExpect : Waits.SettleMax), _withinEnd);

    private object? Take(Deadline deadline)
    {
        var taken = default(Envelope);
        if (!_stage.WaitUntil(() => _inbox.TryTake(out taken), deadline, Waits.SettleMax))
        {
            return null;
        }

        LastEnvelope = taken;
        return taken.Message;
    }
}
