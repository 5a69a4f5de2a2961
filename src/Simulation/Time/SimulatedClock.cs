namespace Distributed.Simulation;

/// <summary>The clock of one process: virtual time, and a wall clock that can be wrong.</summary>
internal sealed class SimulatedClock(SimulatedProcess process) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => Nanoseconds.PerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Epoch + process.Simulator.Now + process.Node.ClockOffset;

    public override long GetTimestamp() => process.Simulator.NowNs;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer of one process; it ends with the process.</summary>
internal sealed class SimulatedTimer(SimulatedProcess process, TimerCallback callback, object? state)
    : ProcessEvent(process), ITimer
{
    private long _armed;
    private TimeSpan _period;
    private bool _isDisposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
        {
            return false;
        }

        Disarm();
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan && Process.IsAlive)
        {
            _armed = Process.Simulator.Schedule(dueTime, this);
        }

        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        Disarm();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    protected internal override bool IsStale(long sequence) => sequence != _armed || base.IsStale(sequence);

    protected override void RunInProcess(long sequence)
    {
        if (sequence != _armed)
        {
            return;
        }

        _armed = 0;
        if (_period > TimeSpan.Zero)
        {
            // From now and not from when it was due: after a freeze the missed ticks stay missed.
            _armed = Process.Simulator.Schedule(_period, this);
        }

        callback(state);
    }

    private void Disarm()
    {
        if (_armed != 0)
        {
            _armed = 0;
            Process.Simulator.NoteStale();
        }
    }
}
