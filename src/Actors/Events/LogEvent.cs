namespace Distributed.Actors;

public enum LogLevel
{
    DebugLevel,
    InfoLevel,
    WarningLevel,
    ErrorLevel,
}

/// <summary>One line of log: published on the event stream and given to the sink of the system's options.</summary>
/// <param name="Source">Who says it, as an actor path where it is an actor.</param>
/// <param name="Cause">The failure behind it, if any.</param>
public sealed record LogEvent(
    LogLevel Level, DateTimeOffset Timestamp, string Source, string Message, Exception? Cause)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var line = $"{Timestamp:HH:mm:ss.fff} {Level.ToString()[..^"Level".Length],-7} {Source}: {Message}";
        return Cause is null ? line : $"{line}{Environment.NewLine}{Cause}";
    }
}
