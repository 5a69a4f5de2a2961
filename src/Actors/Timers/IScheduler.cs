namespace Distributed.Actors;

/// <summary>Takes back something scheduled.</summary>
public interface ICancelable
{
    public bool IsCancellationRequested { get; }

    public CancellationToken Token { get; }

    public void Cancel();

    public void CancelAfter(TimeSpan delay);
}

/// <summary>Messages to anybody at later times; ends with the system. Actors prefer their timers.</summary>
/// <remarks>Errors: ArgumentOutOfRangeException when an interval is not positive or a delay is negative.</remarks>
public interface IScheduler
{
    public DateTimeOffset Now { get; }

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender);

    public void ScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable cancelable);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef? sender,
        ICancelable cancelable);
}

public static class SchedulerExtensions
{
    public static ICancelable ScheduleTellOnceCancelable(
        this IScheduler scheduler, TimeSpan delay, ICanTell receiver, object message, IActorRef? sender)
    {
        var cancelable = ((TellScheduler)scheduler).NewCancelable();
        scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleTellRepeatedlyCancelable(
        this IScheduler scheduler,
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef? sender)
    {
        var cancelable = ((TellScheduler)scheduler).NewCancelable();
        scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);
        return cancelable;
    }
}
