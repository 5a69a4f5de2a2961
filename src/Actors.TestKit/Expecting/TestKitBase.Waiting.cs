using Xunit.Sdk;

namespace Distributed.Actors.TestKit;

/// <content>Waiting for a state, and bounding how long things take.</content>
public abstract partial class TestKitBase
{
    /// <summary>Repeats the assertion until it passes; throws its last failure when the time is up.</summary>
    /// <param name="interval">How often to look when no actor has run in between; default 100 ms.</param>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        Exception? last = null;
        var passed = _stage.WaitUntil(
            () =>
            {
                last = Record.Exception(assertion);
                return last is null;
            },
            DeadlineFor(duration),
            interval ?? TimeSpan.FromMilliseconds(100));
        if (!passed)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(last!);
        }
    }

    /// <summary>Waits until the condition holds.</summary>
    public void AwaitCondition(
        Func<bool> conditionIsFulfilled, TimeSpan? max = null, TimeSpan? interval = null, string? message = null)
    {
        ArgumentNullException.ThrowIfNull(conditionIsFulfilled);
        var recheck = interval ?? (max ?? Waits.SingleExpect) / 10;
        if (!_stage.WaitUntil(conditionIsFulfilled, DeadlineFor(max), recheck))
        {
            throw FailException.ForFailure($"the condition does not hold in time{Hint(message)}");
        }
    }

    /// <summary>Runs the code; fails if it takes longer. Expectations inside wait no longer than that.</summary>
    public void Within(TimeSpan max, Action action) => Within(TimeSpan.Zero, max, action);

    /// <summary>Runs the code; fails if it takes less or more time.</summary>
    public void Within(TimeSpan min, TimeSpan max, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _ = Within(
            min,
            max,
            () =>
            {
                action();
                return true;
            });
    }

    /// <inheritdoc cref="Within(TimeSpan, Action)"/>
    public T Within<T>(TimeSpan max, Func<T> function) => Within(TimeSpan.Zero, max, function);

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action)"/>
    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var outer = _withinEnd;
        var start = TimeProvider.System.GetTimestamp();
        _withinEnd = Deadline.Earlier(Deadline.After(max), outer);
        try
        {
            var result = function();
            var taken = TimeProvider.System.GetElapsedTime(start);
            if (taken > max || taken < min)
            {
                Assert.Fail($"the code took {taken}, expected was {min} to {max}");
            }

            return result;
        }
        finally
        {
            _withinEnd = outer;
        }
    }
}
