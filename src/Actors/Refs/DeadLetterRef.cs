namespace Distributed.Actors;

/// <summary>Where messages without a living receiver end: they are published as <see cref="DeadLetter"/>.</summary>
internal sealed class DeadLetterRef(LocalActorSystem system, ActorPath path) : InternalActorRef
{
    public override ActorPath Path => path;

    internal override bool IsTerminated => false;

    internal override LocalActorSystem System => system;

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        Publish(message, sender ?? this, this);
    }

    internal override void SendSystem(SystemMessage message) => DeadTarget.Answer(this, message);

    /// <summary>Publishes a message that its recipient cannot take any more.</summary>
    internal void Publish(object message, IActorRef sender, IActorRef recipient)
    {
        switch (message)
        {
            // A letter about a letter would go round for ever when the subscriber is the one that died.
            case AllDeadLetters when !ReferenceEquals(recipient, this):
            case TimerTick or ReceiveTimeoutTick or Terminated or PoisonPill:
                return;
            case AllDeadLetters letter:
                system.EventStream.Publish(letter);
                return;
            case Identify identify:
                sender.Tell(new ActorIdentity(identify.MessageId, null), recipient);
                return;
            default:
                system.EventStream.Publish(new DeadLetter(message, sender, recipient));
                return;
        }
    }
}

/// <summary>How a target without a living actor answers system messages.</summary>
internal static class DeadTarget
{
    internal static void Answer(InternalActorRef target, SystemMessage message)
    {
        if (message is Watch watch)
        {
            watch.Watcher.SendSystem(new DeathNotice(target));
        }
    }
}
