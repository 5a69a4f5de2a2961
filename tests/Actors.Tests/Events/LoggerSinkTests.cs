using Microsoft.Extensions.Logging;

namespace Distributed.Actors.Tests;

public sealed class LoggerSinkTests : DeterministicKit
{
    private readonly Loggers _loggers = new();

    [Fact]
    public void LoggerFactory_ReceivesWhatAnActorLogs_WhenTheOptionsHaveOne()
    {
        using var system = Start();
        var events = TestActor;
        var cause = new IOException("disk full");
        var actor = system.ActorOf(Props.Create(() => new Puppet(events)), "a");
        actor.Tell(new Puppet.Do(self => self.Inside.GetLogger().Warning(cause, "{0} left", 3)));
        Settle();
        var entry = Assert.Single(_loggers.Entries);
        Assert.Equal("actors://logged/user/a", entry.Category);
        Assert.Equal("3 left", entry.Message);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, entry.Level);
        Assert.Same(cause, entry.Cause);
        Assert.Equal(new EventId(1001), entry.Id);
        Assert.Equal(actor.Path.ToString(), entry.State.Source);
    }

    [Fact]
    public void LoggerFactory_ReceivesTheFailure_WhenSupervisionLogsIt()
    {
        using var system = Start();
        var events = TestActor;
        var fail = new Puppet.Fail("oops");
        system.ActorOf(Props.Create(() => new Puppet(events)), "a").Tell(fail);
        Settle();
        var entry = Assert.Single(_loggers.Entries);
        Assert.Equal((Microsoft.Extensions.Logging.LogLevel.Error, "oops"), (entry.Level, entry.Message));
        Assert.Same(fail.Cause, entry.Cause);
    }

    [Fact]
    public void Levels_KeepTheirMeaning_WhenMapped()
    {
        using var system = Start();
        system.Log.Debug("a");
        system.Log.Info("b");
        system.Log.Warning("c");
        system.Log.Error("d");
        Assert.Equal(
            [Microsoft.Extensions.Logging.LogLevel.Debug, Microsoft.Extensions.Logging.LogLevel.Information,
                Microsoft.Extensions.Logging.LogLevel.Warning, Microsoft.Extensions.Logging.LogLevel.Error],
            _loggers.Entries.Select(entry => entry.Level));
        Assert.All(_loggers.Entries, entry => Assert.Equal("actors://logged/", entry.Category));
    }

    [Theory]
    [InlineData("actors://s/user/job/worker-1", "actors://s/user/job/worker-1")]
    [InlineData("actors://s/user/$aB/worker/$c", "actors://s/user/$/worker/$")]
    [InlineData("actors://s/user/cost$", "actors://s/user/cost$")]
    public void Category_IsOneForAllAutomaticNames_WhenAPathHasSome(string source, string category) =>
        Assert.Equal(category, LoggerSink.Category(source));

    private ActorSystem Start() => ActorRuntime.Start("logged", new ActorRuntimeOptions
    {
        Dispatcher = Dispatcher,
        TimeProvider = Time,
        LogLevel = LogLevel.DebugLevel,
        LoggerFactory = _loggers,
    });

    private sealed record Entry(
        string Category,
        Microsoft.Extensions.Logging.LogLevel Level,
        EventId Id,
        LogEvent State,
        Exception? Cause,
        string Message);

    private sealed class Loggers : ILoggerFactory
    {
        internal List<Entry> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Entries);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class Logger(string category, List<Entry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => entries.Add(new Entry(
                category, logLevel, eventId, (LogEvent)(object)state!, exception, formatter(state, exception)));
    }
}
