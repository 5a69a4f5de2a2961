namespace Distributed.Actors.TestKit;

/// <summary>Describes log events to expect. Texts that are not given match anything.</summary>
public sealed class EventFilterFactory
{
    private readonly Stage _stage;

    internal EventFilterFactory(Stage stage) => _stage = stage;

    /// <summary>Events whose cause is a T, such as the report of a child's failure.</summary>
    public IEventFilterApplier Exception<T>(
        string? message = null, string? start = null, string? contains = null, string? source = null)
        where T : Exception => Where(log => log.Cause is T, message, start, contains, source);

    public IEventFilterApplier Error(
        string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Where(log => log.Level == LogLevel.ErrorLevel, message, start, contains, source);

    public IEventFilterApplier Warning(
        string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Where(log => log.Level == LogLevel.WarningLevel, message, start, contains, source);

    public IEventFilterApplier Info(
        string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Where(log => log.Level == LogLevel.InfoLevel, message, start, contains, source);

    public IEventFilterApplier Debug(
        string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Where(log => log.Level == LogLevel.DebugLevel, message, start, contains, source);

    private EventFilterApplier Where(
        Predicate<LogEvent> kind, string? message, string? start, string? contains, string? source) => new(
        _stage,
        log => kind(log)
            && (message is null || log.Message == message)
            && (start is null || log.Message.StartsWith(start, StringComparison.Ordinal))
            && (contains is null || log.Message.Contains(contains, StringComparison.Ordinal))
            && (source is null || log.Source == source));
}

/// <summary>Runs code and counts the events it causes, which must come within 3 s where no time is given.</summary>
public interface IEventFilterApplier
{
    /// <summary>Runs the code, which must cause exactly one such event.</summary>
    public void ExpectOne(Action action);

    /// <inheritdoc cref="ExpectOne(Action)"/>
    public void ExpectOne(TimeSpan timeout, Action action);

    /// <summary>Runs the code, which must cause exactly so many such events.</summary>
    public void Expect(int expectedCount, Action action);

    /// <inheritdoc cref="Expect(int, Action)"/>
    public void Expect(int expectedCount, TimeSpan timeout, Action action);

    /// <inheritdoc cref="ExpectOne(Action)"/>
    public Task ExpectOneAsync(Func<Task> actionAsync);

    /// <inheritdoc cref="ExpectOne(Action)"/>
    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> actionAsync);

    /// <inheritdoc cref="Expect(int, Action)"/>
    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync);

    /// <inheritdoc cref="Expect(int, Action)"/>
    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> actionAsync);
}

internal sealed class EventFilterApplier(Stage stage, Predicate<LogEvent> filter) : IEventFilterApplier
{
    public void ExpectOne(Action action) => Expect(1, action);

    public void ExpectOne(TimeSpan timeout, Action action) => Expect(1, timeout, action);

    public void Expect(int expectedCount, Action action) => Expect(expectedCount, Waits.SingleExpect, action);

    public void Expect(int expectedCount, TimeSpan timeout, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var listener = new Listener(stage, filter);
        action();
        listener.Verify(expectedCount, timeout);
    }

    public Task ExpectOneAsync(Func<Task> actionAsync) => ExpectAsync(1, actionAsync);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> actionAsync) => ExpectAsync(1, timeout, actionAsync);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync) =>
        ExpectAsync(expectedCount, Waits.SingleExpect, actionAsync);

    public async Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> actionAsync)
    {
        ArgumentNullException.ThrowIfNull(actionAsync);
        var listener = new Listener(stage, filter);
        await actionAsync();
        listener.Verify(expectedCount, timeout);
    }

    private sealed class Listener
    {
        private readonly Stage _stage;
        private readonly Inbox _inbox;
        private readonly IActorRef _actor;

        internal Listener(Stage stage, Predicate<LogEvent> filter)
        {
            _stage = stage;
            var inbox = _inbox = new Inbox(stage.Counter);
            inbox.Ignores = message => !filter((LogEvent)message);
            var system = (LocalActorSystem)stage.System;
            _actor = system.SystemActorOf(Props.Create(() => new TestActor(inbox)), null);
            system.EventStream.Subscribe<LogEvent>(_actor);
        }

        internal void Verify(int expectedCount, TimeSpan timeout)
        {
            _stage.WaitUntil(() => _inbox.Count >= expectedCount, Deadline.After(timeout), Waits.SettleMax);
            if (_stage.IsTimeVirtual)
            {
                _stage.Settle();
            }

            _stage.System.EventStream.Unsubscribe(_actor);
            _stage.System.Stop(_actor);
            if (_inbox.Count != expectedCount)
            {
                Assert.Fail($"{expectedCount} such log events were expected, but got {_inbox.Count}");
            }
        }
    }
}
