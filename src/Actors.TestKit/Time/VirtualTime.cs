namespace Distributed.Actors.TestKit;

/// <summary>A clock that stands still until advanced; timers fire within Advance, in order of due time.</summary>
/// <remarks>
/// Timers due at the same instant fire in the order they were set. Between two timers, and before the first, the
/// clock lets the actors settle, so that what a tick starts is in place before the next one. May be used from any
/// thread, but only one at a time should advance it.
/// </remarks>
public sealed class VirtualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly SortedSet<VirtualTimer> _timers = new(DueOrder.Instance);
    private readonly DateTimeOffset _epoch;
    private long _nowTicks;
    private long _lastSequence;

    /// <summary>A clock that starts at the first instant of the year 2000, UTC.</summary>
    public VirtualTime()
        : this(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public VirtualTime(DateTimeOffset epoch) => _epoch = epoch;

    /// <summary>Waits until nothing is left to do at the present instant; set by the test kit or a simulator.</summary>
    public Action Settle { get; set; } = static () => { };

    /// <summary>How far the clock has been advanced.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _nowTicks));

    /// <summary>The time until the next timer fires; null when none is set.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_lock)
            {
                return _timers.Min is { } timer ? TimeSpan.FromTicks(timer.DueTicks - _nowTicks) : null;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => _epoch + Elapsed;

    public override long GetTimestamp() => Volatile.Read(ref _nowTicks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward, through every timer due on the way, and settles at the end.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when the time is negative.</remarks>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var target = Volatile.Read(ref _nowTicks) + time.Ticks;
        Settle();
        while (TakeDue(target) is { } timer)
        {
            timer.Fire();
            Settle();
        }
        lock (_lock)
        {
            _nowTicks = Math.Max(_nowTicks, target);
        }
    }

    private VirtualTimer? TakeDue(long target)
    {
        lock (_lock)
        {
            if (_timers.Min is not { } timer || timer.DueTicks > target)
            {
                return null;
            }

            _timers.Remove(timer);
            _nowTicks = Math.Max(_nowTicks, timer.DueTicks);
            if (timer.PeriodTicks > 0)
            {
                Insert(timer, timer.DueTicks + timer.PeriodTicks);
            }

            return timer;
        }
    }

    private void Insert(VirtualTimer timer, long dueTicks)
    {
        timer.DueTicks = dueTicks;
        timer.Sequence = ++_lastSequence;
        _timers.Add(timer);
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _isDisposed;

        internal long DueTicks { get; set; }

        internal long Sequence { get; set; }

        internal long PeriodTicks { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                if (_isDisposed)
                {
                    return false;
                }

                time._timers.Remove(this);
                PeriodTicks = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    time.Insert(this, time._nowTicks + dueTime.Ticks);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                _isDisposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire() => callback(state);
    }

    private sealed class DueOrder : IComparer<VirtualTimer>
    {
        internal static readonly DueOrder Instance = new();

        public int Compare(VirtualTimer? x, VirtualTimer? y) =>
            (x!.DueTicks, x.Sequence).CompareTo((y!.DueTicks, y.Sequence));
    }
}
