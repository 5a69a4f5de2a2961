namespace Distributed.Actors;

/// <summary>A message that reached nobody, published on the event stream.</summary>
public abstract class AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public IActorRef Recipient { get; } = recipient;

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Message}) from {Sender} to {Recipient}";
}

/// <summary>The recipient had stopped, or never was.</summary>
public sealed class DeadLetter(object message, IActorRef sender, IActorRef recipient)
    : AllDeadLetters(message, sender, recipient);

/// <summary>The recipient has no handler for the message in its current state.</summary>
public sealed class UnhandledMessage(object message, IActorRef sender, IActorRef recipient)
    : AllDeadLetters(message, sender, recipient);

/// <summary>The message was dropped on purpose, such as by a full mailbox.</summary>
public sealed class Dropped(object message, string reason, IActorRef sender, IActorRef recipient)
    : AllDeadLetters(message, sender, recipient)
{
    public string Reason { get; } = reason;
}
