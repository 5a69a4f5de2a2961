namespace Distributed.Actors;

/// <summary>An actor with timers of its own. The system sets the property after the constructor.</summary>
public interface IWithTimers
{
    public ITimerScheduler Timers { get; set; }
}

/// <summary>Messages to oneself at later times, by key. Only for use inside the actor.</summary>
/// <remarks>
/// A key has one timer: starting it again replaces it. A message of a timer that has been cancelled or replaced,
/// or of the actor before its restart, is never delivered, even if it was queued already. All end with the actor.
/// Errors: ArgumentOutOfRangeException when an interval is not positive or a delay is negative.
/// </remarks>
public interface ITimerScheduler
{
    public void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    /// <summary>Whether the key has a timer; a single timer has none any more when its message is handled.</summary>
    public bool IsTimerActive(object key);

    public IReadOnlyCollection<object> ActiveTimers { get; }

    public void Cancel(object key);

    public void CancelAll();
}
