namespace Distributed.Actors;

/// <summary>The system's scheduler, on the system's time provider.</summary>
internal sealed class TellScheduler(TimeProvider time) : IScheduler, IDisposable
{
    private readonly Lock _lock = new();
    // Timers are collected, and silent, when nobody holds them.
    private readonly HashSet<Entry> _pending = [];
    private bool _isDisposed;

    public DateTimeOffset Now => time.GetUtcNow();

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        Schedule(delay, null, receiver, message, sender, null);

    public void ScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable cancelable) =>
        Schedule(delay, null, receiver, message, sender, cancelable);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        Schedule(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef? sender,
        ICancelable cancelable) => Schedule(initialDelay, interval, receiver, message, sender, cancelable);

    public void Dispose()
    {
        List<Entry> pending;
        lock (_lock)
        {
            _isDisposed = true;
            pending = [.. _pending];
        }
        foreach (var entry in pending)
        {
            End(entry);
        }
    }

    internal ICancelable NewCancelable() => new Cancelable(time);

    private void Schedule(
        TimeSpan delay,
        TimeSpan? interval,
        ICanTell receiver,
        object message,
        IActorRef? sender,
        ICancelable? cancelable)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentNullException.ThrowIfNull(message);
        ScheduleTimes.Check(delay, interval);
        var entry = new Entry();
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _pending.Add(entry);
        }
        entry.Timer = time.CreateTimer(
            _ =>
            {
                if (cancelable is { IsCancellationRequested: true } || entry.IsEnded)
                {
                    return;
                }

                if (interval is null)
                {
                    End(entry);
                }

                receiver.Tell(message, sender);
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        if (cancelable is not null)
        {
            entry.Registration = cancelable.Token.UnsafeRegister(_ => End(entry), null);
        }

        entry.Timer.Change(delay, interval ?? Timeout.InfiniteTimeSpan);
        if (entry.IsEnded)
        {
            entry.Timer.Dispose();
        }
    }

    private void End(Entry entry)
    {
        lock (_lock)
        {
            _pending.Remove(entry);
        }

        entry.IsEnded = true;
        entry.Timer?.Dispose();
        entry.Registration.Dispose();
    }

    private sealed class Entry
    {
        internal ITimer? Timer { get; set; }

        internal CancellationTokenRegistration Registration { get; set; }

        internal volatile bool IsEnded;
    }

    private sealed class Cancelable(TimeProvider time) : ICancelable, IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private ITimer? _timer;

        public bool IsCancellationRequested => _source.IsCancellationRequested;

        public CancellationToken Token => _source.Token;

        public void Cancel() => _source.Cancel();

        public void CancelAfter(TimeSpan delay)
        {
            _timer?.Dispose();
            _timer = time.CreateTimer(_ => Cancel(), null, delay, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer?.Dispose();
            _source.Dispose();
        }
    }
}
