using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Distributed.Actors;

/// <summary>What an actor system is built on: threads, clock, log. Chosen once, when it is started.</summary>
public sealed record ActorRuntimeOptions
{
    /// <summary>Where actors run unless their Props say otherwise. Default: the thread pool.</summary>
    public IDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Shared;

    /// <summary>
    /// Further dispatchers by name, for <see cref="Props.WithDispatcher"/>; called once per actor with its path. A
    /// dispatcher that is IDisposable belongs to its actor and is disposed after it. An entry named
    /// <see cref="DispatcherNames.DedicatedThread"/> replaces the built-in one, as a simulation must.
    /// </summary>
    public ImmutableDictionary<string, Func<ActorPath, IDispatcher>> Dispatchers { get; init; } =
        ImmutableDictionary<string, Func<ActorPath, IDispatcher>>.Empty;

    /// <summary>Mailbox bounds by name, for <see cref="Props.WithMailbox"/>. Other mailboxes are unbounded.</summary>
    public ImmutableDictionary<string, MailboxBound> Mailboxes { get; init; } =
        ImmutableDictionary<string, MailboxBound>.Empty;

    /// <summary>The clock of all timers, timeouts and time stamps. Default: the machine's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Takes every log event, on the thread that logs; must be quick. Default: none.</summary>
    public Action<LogEvent>? LogSink { get; init; }

    /// <summary>
    /// Takes every log event too, under a category named for its source: an actor's path, in which all automatic names
    /// are one. Belongs to the owner, who disposes it. Default: none.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The least level that is logged; default InfoLevel.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.InfoLevel;

    /// <summary>
    /// Takes an error that nobody in the system could answer: one escalated beyond the top, or a broken invariant of
    /// the kernel. The system terminates itself after the call. Default: none; it is logged in any case.
    /// </summary>
    public Action<Exception>? FatalSink { get; init; }

    /// <summary>How long Ask waits where no timeout is given; default null, unbounded.</summary>
    public TimeSpan? AskTimeout { get; init; }
}

/// <summary>Starts actor systems on chosen foundations.</summary>
public static class ActorRuntime
{
    /// <summary>Starts a system; the caller terminates it.</summary>
    public static ActorSystem Start(string name, ActorRuntimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ActorNames.Check(name);
        return new LocalActorSystem(name, options);
    }
}
