namespace Distributed.Actors.TestKit;

/// <summary>Describes log events to expect. Texts that are not given match anything.</summary>
public sealed class EventFilterFactory
{
    private readonly Stage _stage;

    internal EventFilterFactory(Stage stage) => _stage = stage;

    /// <summary>Events whose cause is a T, such as the report of a child's failure.</summary>
    public EventFilterApplier Exception<T>(string? message = null, string? start = null, string? contains = null)
        where T : Exception => Where(log => log.Cause is T, message, start, contains);

    public EventFilterApplier Error(string? message = null, string? start = null, string? contains = null) =>
        Where(log => log.Level == LogLevel.ErrorLevel, message, start, contains);

    public EventFilterApplier Warning(string? message = null, string? start = null, string? contains = null) =>
        Where(log => log.Level == LogLevel.WarningLevel, message, start, contains);

    public EventFilterApplier Info(string? message = null, string? start = null, string? contains = null) =>
        Where(log => log.Level == LogLevel.InfoLevel, message, start, contains);

    private EventFilterApplier Where(Predicate<LogEvent> kind, string? message, string? start, string? contains) => new(
        _stage,
        log => kind(log)
            && (message is null || log.Message == message)
            && (start is null || log.Message.StartsWith(start, StringComparison.Ordinal))
            && (contains is null || log.Message.Contains(contains, StringComparison.Ordinal)));
}

/// <summary>Runs code and counts the events it causes.</summary>
public sealed class EventFilterApplier
{
    private readonly Stage _stage;
    private readonly Predicate<LogEvent> _filter;

    internal EventFilterApplier(Stage stage, Predicate<LogEvent> filter)
    {
        _stage = stage;
        _filter = filter;
    }

    /// <summary>Runs the code, which must cause exactly one such event within 3 s.</summary>
    public void ExpectOne(Action action) => Expect(1, action);

    /// <inheritdoc cref="ExpectOne"/>
    public Task ExpectOneAsync(Func<Task> action) => ExpectAsync(1, action);

    /// <summary>Runs the code, which must cause exactly so many such events within 3 s.</summary>
    public void Expect(int expectedCount, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var listener = new Listener(this);
        action();
        listener.Verify(expectedCount);
    }

    /// <inheritdoc cref="Expect"/>
    public async Task ExpectAsync(int expectedCount, Func<Task> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var listener = new Listener(this);
        await action();
        listener.Verify(expectedCount);
    }

    private sealed class Listener
    {
        private readonly EventFilterApplier _applier;
        private readonly Inbox _inbox;
        private readonly IActorRef _actor;

        internal Listener(EventFilterApplier applier)
        {
            _applier = applier;
            var inbox = _inbox = new Inbox(applier._stage.Counter);
            inbox.Ignores = message => !applier._filter((LogEvent)message);
            var system = (LocalActorSystem)applier._stage.System;
            _actor = system.SystemActorOf(Props.Create(() => new TestActor(inbox)), null);
            system.EventStream.Subscribe<LogEvent>(_actor);
        }

        internal void Verify(int expectedCount)
        {
            var stage = _applier._stage;
            stage.WaitUntil(
                () => _inbox.Count >= expectedCount,
                Deadline.After(TestKitBase.SingleExpectDefault),
                TestKitBase.SettleMax);
            if (stage.IsTimeVirtual)
            {
                stage.Settle();
            }

            stage.System.EventStream.Unsubscribe(_actor);
            stage.System.Stop(_actor);
            if (_inbox.Count != expectedCount)
            {
                Assert.Fail($"{expectedCount} such log events were expected, but got {_inbox.Count}");
            }
        }
    }
}
