namespace Distributed.Actors;

/// <summary>What cells tell each other; overtakes user messages.</summary>
internal abstract record SystemMessage;

/// <summary>Build the actor and start it.</summary>
internal sealed record Create : SystemMessage
{
    internal static readonly Create Instance = new();
}

/// <summary>Take no user messages until resumed, recreated or terminated; counted.</summary>
internal sealed record Suspend : SystemMessage
{
    internal static readonly Suspend Instance = new();
}

/// <summary>Go on as you are.</summary>
internal sealed record Resume : SystemMessage
{
    internal static readonly Resume Instance = new();
}

/// <summary>Replace the actor by a fresh one because of the cause.</summary>
internal sealed record Recreate(Exception Cause) : SystemMessage;

/// <summary>Stop.</summary>
internal sealed record Terminate : SystemMessage
{
    internal static readonly Terminate Instance = new();
}

/// <summary>To the parent: a child has failed and waits for a directive.</summary>
internal sealed record Failed(ActorCell Child, Exception Cause) : SystemMessage;

/// <summary>To the parent: a child has stopped and its name is free.</summary>
internal sealed record ChildStopped(ActorCell Child) : SystemMessage;

internal sealed record Watch(InternalActorRef Watcher) : SystemMessage;

internal sealed record Unwatch(InternalActorRef Watcher) : SystemMessage;

/// <summary>To a watcher: the actor has stopped.</summary>
internal sealed record DeathNotice(InternalActorRef Actor) : SystemMessage;

/// <summary>The rest of an asynchronous handler, to be run in the actor.</summary>
internal sealed record Continuation(SendOrPostCallback Callback, object? State) : SystemMessage;

/// <summary>An asynchronous handler has ended.</summary>
internal sealed record AsyncDone(Task Task) : SystemMessage;
