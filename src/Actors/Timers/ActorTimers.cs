namespace Distributed.Actors;

/// <summary>The timers of one actor between two restarts.</summary>
internal sealed class ActorTimers(ActorCell cell) : ITimerScheduler
{
    // A tick is valid while it is the one registered under its key: identity is the generation check.
    private readonly Dictionary<object, TimerTick> _active = [];

    public IReadOnlyCollection<object> ActiveTimers => [.. _active.Keys];

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) =>
        Start(key, msg, interval, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) =>
        Start(key, msg, initialDelay, interval, null);

    public void StartPeriodicTimer(
        object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, null);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) =>
        Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _active.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_active.Remove(key, out var tick))
        {
            tick.Timer.Dispose();
        }
    }

    public void CancelAll()
    {
        foreach (var tick in _active.Values)
        {
            tick.Timer.Dispose();
        }

        _active.Clear();
    }

    /// <summary>Whether a tick that has reached the actor still counts; a single one is used up by it.</summary>
    internal bool Takes(TimerTick tick)
    {
        if (!_active.TryGetValue(tick.Key, out var active) || !ReferenceEquals(active, tick))
        {
            return false;
        }

        if (!tick.IsPeriodic)
        {
            Cancel(tick.Key);
        }

        return true;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(message);
        ScheduleTimes.Check(delay, interval);
        Cancel(key);
        var tick = new TimerTick(key, message, interval is not null);
        var fire = new Envelope(tick, sender ?? cell.LocalSystem.DeadLetters);
        tick.Timer = cell.LocalSystem.TimeProvider.CreateTimer(
            _ => cell.Mailbox.PostUnbounded(fire), null, delay, interval ?? Timeout.InfiniteTimeSpan);
        _active.Add(key, tick);
    }
}

/// <summary>What a timer puts into the mailbox: the message, and what tells whether it still counts.</summary>
internal sealed class TimerTick(object key, object message, bool isPeriodic) : IAutoReceived
{
    internal object Key => key;

    internal object Message => message;

    internal bool IsPeriodic => isPeriodic;

    internal ITimer Timer { get; set; } = null!;
}

internal static class ScheduleTimes
{
    internal static void Check(TimeSpan delay, TimeSpan? interval)
    {
        if (delay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(delay), delay, $"delay {delay} is out of range: choose 0 or more");
        }
        if (interval <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(interval), interval, $"interval {interval} is out of range: choose more than 0");
        }
    }
}
