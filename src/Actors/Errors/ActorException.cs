namespace Distributed.Actors;

#pragma warning disable CA1032, RCS1194 // each exception has the constructors that something throws

/// <summary>What the kernel itself throws.</summary>
public abstract class ActorException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>An asked actor did not answer in time; it may have stopped.</summary>
public sealed class AskTimeoutException(string message) : ActorException(message);

/// <summary>An actor could not be built or started.</summary>
public class ActorInitializationException(IActorRef? actor, string message, Exception? cause = null)
    : ActorException(message, cause)
{
    /// <summary>The actor; null when it was not made by a system.</summary>
    public IActorRef? Actor { get; } = actor;
}

/// <summary>An actor could not be restarted after a failure.</summary>
public sealed class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"restart of {actor.Path}: {cause.Message}", cause)
{
    /// <summary>The failure that the restart was to heal.</summary>
    public Exception OriginalCause { get; } = originalCause;
}

/// <summary>The actor received <see cref="Kill"/>.</summary>
public sealed class ActorKilledException(string message) : ActorException(message);

/// <summary>The actor watched another one and did not handle its <see cref="Terminated"/>.</summary>
public sealed class DeathPactException(IActorRef deadActor)
    : ActorException($"watched actor {deadActor.Path} stopped and its Terminated was not handled")
{
    public IActorRef DeadActor { get; } = deadActor;
}

/// <summary>A name is malformed, or a living sibling has it.</summary>
public sealed class InvalidActorNameException(string message) : ActorException(message);

/// <summary>A message that may not be sent.</summary>
public sealed class InvalidMessageException(string message) : ActorException(message);

/// <summary>One message was stashed twice.</summary>
public sealed class IllegalActorStateException(string message) : ActorException(message);

#pragma warning restore CA1032, RCS1194
