namespace Distributed.Actors;

/// <summary>The reference of an actor in this process.</summary>
internal sealed class LocalActorRef(ActorCell cell, ActorPath path) : InternalActorRef
{
    public override ActorPath Path => path;

    internal ActorCell Cell => cell;

    internal override bool IsTerminated => cell.IsDead;

    internal override LocalActorSystem System => cell.LocalSystem;

    public override void Tell(object message, IActorRef? sender)
    {
        if (message is null)
        {
            ThrowNullMessage();
        }

        cell.Mailbox.Post(new Envelope(message!, sender ?? cell.LocalSystem.DeadLetters));
    }

    internal override void SendSystem(SystemMessage message) => cell.Mailbox.PostSystem(message);

    private static void ThrowNullMessage() =>
        throw new ArgumentNullException("message", "tell: the message is null; send an object that names the event");
}
