namespace Distributed.Actors;

/// <summary>Writes log events of one source.</summary>
public interface ILoggingAdapter
{
    public bool IsEnabled(LogLevel logLevel);

    /// <summary>Writes one event if its level is enabled.</summary>
    /// <param name="format">Text with holes, <c>{0}</c> or <c>{Name:F2}</c>; named holes are filled in order.</param>
    internal void Write(LogLevel logLevel, Exception? cause, string format, object?[] args);
}

public static class LoggingExtensions
{
    public static void Debug(this ILoggingAdapter log, string format, params object?[] args) =>
        log.Write(LogLevel.DebugLevel, null, format, args);

    public static void Debug(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Write(LogLevel.DebugLevel, cause, format, args);

    public static void Info(this ILoggingAdapter log, string format, params object?[] args) =>
        log.Write(LogLevel.InfoLevel, null, format, args);

    public static void Info(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Write(LogLevel.InfoLevel, cause, format, args);

    public static void Warning(this ILoggingAdapter log, string format, params object?[] args) =>
        log.Write(LogLevel.WarningLevel, null, format, args);

    public static void Warning(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Write(LogLevel.WarningLevel, cause, format, args);

    public static void Error(this ILoggingAdapter log, string format, params object?[] args) =>
        log.Write(LogLevel.ErrorLevel, null, format, args);

    public static void Error(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Write(LogLevel.ErrorLevel, cause, format, args);
}

public static class Logging
{
    /// <summary>A log whose source is the actor.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context) =>
        new LoggingAdapter(((ActorCell)context).LocalSystem, context.Self.Path.ToString());
}

internal sealed class LoggingAdapter(LocalActorSystem system, string source) : ILoggingAdapter
{
    public bool IsEnabled(LogLevel logLevel) => logLevel >= system.Options.LogLevel;

    void ILoggingAdapter.Write(LogLevel logLevel, Exception? cause, string format, object?[] args)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var message = LogTemplate.Fill(format, args);
        system.Publish(new LogEvent(logLevel, system.TimeProvider.GetUtcNow(), source, message, cause));
    }
}
