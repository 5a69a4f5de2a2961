namespace Distributed.Actors;

/// <summary>The restarts one child has used up under its parent's strategy.</summary>
internal sealed class RestartBudget
{
    private int _usedCount;
    private long? _windowStart;

    /// <summary>Takes one restart; false when there is none left. now is a timestamp of the time provider.</summary>
    internal bool TryTake(SupervisorStrategy strategy, long now, TimeProvider time)
    {
        if (strategy.MaxNumberOfRetries == 0)
        {
            return false;
        }

        if (strategy.TimeRange is not { } range)
        {
            return strategy.MaxNumberOfRetries < 0 || ++_usedCount <= strategy.MaxNumberOfRetries;
        }

        if (_windowStart is not { } start || time.GetElapsedTime(start, now) > range)
        {
            _windowStart = now;
            _usedCount = 1;
            return true;
        }
        return ++_usedCount <= Math.Max(1, strategy.MaxNumberOfRetries);
    }
}
