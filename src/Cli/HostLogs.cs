using System.Globalization;
using Distributed.Cli.Telemetry;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Distributed.Cli;

/// <summary>What the program logs, as lines on standard error: time, what happened, and the event's number.</summary>
internal static class HostLogs
{
    /// <summary>From information on; of the libraries only what is wrong.</summary>
    /// <param name="collector">Gets them too; null for none.</param>
    /// <param name="isQuiet">Only what is wrong: somebody else tells the rest.</param>
    internal static ILoggerFactory Create(
        CliHost host, Collector? collector, bool isQuiet = false) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(isQuiet ? LogLevel.Warning : LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Error)
            .AddFilter("System", LogLevel.Error)
            .AddProvider(new Provider(host));
        if (collector is not null)
        {
            Exporters.AddLogs(logging, collector);
        }
    });

    private sealed class Provider(CliHost host) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(host);

        public void Dispose()
        {
            // The stream belongs to the process.
        }
    }

    private sealed class Logger(CliHost host) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var time = host.Clock.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var number = eventId.Id == 0 ? "" : $" [{eventId.Id}]";
            var level = logLevel >= LogLevel.Warning ? $" {logLevel.ToString().ToLowerInvariant()}:" : "";
            var error = exception is null ? "" : $": {exception.GetType().Name}: {exception.Message}";
            var line = $"{time}{level} {formatter(state, exception)}{error}".ReplaceLineEndings(" ") + number;
            lock (host)
            {
                host.Error.WriteLine(line);
            }
        }
    }
}
