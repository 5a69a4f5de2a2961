namespace Distributed.Actors;

/// <summary>The parent of all top-level actors.</summary>
internal sealed class Guardian : UntypedActor
{
    protected override void OnReceive(object message) => Unhandled(message);
}

/// <summary>The parent of the guardians: the end of every escalation and the start of the end.</summary>
internal sealed class RootRef(LocalActorSystem system, ActorPath path) : InternalActorRef
{
    public override ActorPath Path => path;

    internal override bool IsTerminated => false;

    internal override LocalActorSystem System => system;

    public override void Tell(object message, IActorRef? sender) => system.DeadLetters.Tell(message, sender);

    internal override void SendSystem(SystemMessage message)
    {
        switch (message)
        {
            case Failed failed: system.ReportFatal(failed.Cause); break;
            case ChildStopped stopped: system.OnGuardianStopped(stopped.Child); break;
            default: DeadTarget.Answer(this, message); break;
        }
    }
}
