using Microsoft.Extensions.Logging;

namespace Distributed.Actors;

/// <summary>Passes log events on to the owner's loggers.</summary>
/// <remarks>
/// The category is the event's source, an actor path without uid. Factories keep a logger per category for good, so
/// automatic names, of which there may be any number, all become $: /user/job/$a is of the category /user/job/$.
/// </remarks>
internal sealed class LoggerSink(ILoggerFactory factory)
{
    private static readonly EventId ActorLog = new EventId(1001, nameof(ActorLog));

    internal void Write(LogEvent log)
    {
        var (logger, level) = (factory.CreateLogger(Category(log.Source)), LevelOf(log.Level));
        if (logger.IsEnabled(level))
        {
            logger.Log(level, ActorLog, log, log.Cause, static (log, _) => log.Message);
        }
    }

    internal static string Category(string source)
    {
        if (!source.Contains("/$", StringComparison.Ordinal))
        {
            return source;
        }

        return string.Join('/', source.Split('/').Select(name => name.StartsWith('$') ? "$" : name));
    }

    private static Microsoft.Extensions.Logging.LogLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => Microsoft.Extensions.Logging.LogLevel.Debug,
        LogLevel.InfoLevel => Microsoft.Extensions.Logging.LogLevel.Information,
        LogLevel.WarningLevel => Microsoft.Extensions.Logging.LogLevel.Warning,
        _ => Microsoft.Extensions.Logging.LogLevel.Error,
    };
}
