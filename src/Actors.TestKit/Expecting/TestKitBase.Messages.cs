namespace Distributed.Actors.TestKit;

/// <content>Expecting messages.</content>
public abstract partial class TestKitBase
{
    /// <summary>The next message, which must be a T: one of another type fails, it is not skipped.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null) => Next<T>(DeadlineFor(duration), hint);

    /// <summary>The next message, which must equal the value; collections are compared by their elements.</summary>
    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null)
    {
        var actual = Next<T>(DeadlineFor(timeout), hint);
        Assert.Equal(message, actual);
        return actual;
    }

    /// <summary>The next message, which must be a T that the predicate takes.</summary>
    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null)
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        var actual = Next<T>(DeadlineFor(timeout), hint);
        if (!isMessage(actual))
        {
            Assert.Fail($"message is not as expected: {Described(actual)}{Hint(hint)}");
        }

        return actual;
    }

    /// <summary>The next message, which must be a T that passes the assertion.</summary>
    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null)
    {
        ArgumentNullException.ThrowIfNull(assert);
        var actual = Next<T>(DeadlineFor(timeout), hint);
        assert(actual);
        return actual;
    }

    /// <summary>The next message, which must equal one of the values.</summary>
    public T ExpectMsgAnyOf<T>(params T[] messages)
    {
        var actual = Next<T>(DeadlineFor(null), null);
        Assert.Contains(actual, messages);
        return actual;
    }

    /// <summary>As many messages as values, in any order, each equal to one of them.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var actual = ReceiveN(messages.Length).Cast<T>().ToList();
        var missing = messages.ToList();
        foreach (var message in actual)
        {
            if (!missing.Remove(message))
            {
                Assert.Fail($"message is not among those expected: {Described(message)}");
            }
        }
        return actual;
    }

    /// <summary>Fails if a message comes within 3 s; under virtual time, if actors now have one to send.</summary>
    public void ExpectNoMsg() => ExpectNoMsg(Waits.SingleExpect);

    /// <summary>As <see cref="ExpectNoMsg()"/> for a given time, which does not matter under virtual time.</summary>
    public void ExpectNoMsg(TimeSpan duration)
    {
        if (_stage.IsTimeVirtual)
        {
            _stage.Settle();
        }

        var deadline = Deadline.After(_stage.IsTimeVirtual ? TimeSpan.Zero : duration);
        if (Take(deadline) is { } message)
        {
            Assert.Fail($"no message was expected, but got {Described(message)}");
        }
    }

    public void ExpectNoMsg(int milliseconds) => ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>The Terminated of the actor, which must be the next message.</summary>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null) =>
        ExpectMsg<Terminated>(message => message.ActorRef.Equals(target), timeout, hint ?? $"Terminated of {target}");

    /// <summary>The first message that is a T and that the predicate takes; those before it are dropped.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "")
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        var deadline = DeadlineFor(max);
        var skippedCount = 0;
        while (Take(deadline) is { } message)
        {
            if (message is T typed && isMessage(typed))
            {
                return typed;
            }

            skippedCount++;
        }
        Assert.Fail($"no {typeof(T).Name} as expected came in time; {skippedCount} other messages did{Hint(hint)}");
        return default!;
    }

    /// <inheritdoc cref="FishForMessage{T}(Predicate{T}, TimeSpan?, string)"/>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "") =>
        FishForMessage<object>(isMessage, max, hint);

    /// <summary>The next message; null when none comes in time.</summary>
    public object? ReceiveOne(TimeSpan? max = null) => Take(DeadlineFor(max));

    /// <summary>The next messages, exactly so many.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages) => ReceiveN(numberOfMessages, null);

    /// <inheritdoc cref="ReceiveN(int)"/>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan? max)
    {
        var deadline = DeadlineFor(max);
        var messages = new List<object>(numberOfMessages);
        while (messages.Count < numberOfMessages)
        {
            if (Take(deadline) is not { } message)
            {
                Assert.Fail($"{numberOfMessages} messages were expected in time, but only {messages.Count} came");
            }
            else
            {
                messages.Add(message);
            }
        }
        return messages;
    }

    /// <summary>The filter's results for the next messages, up to the first it gives null for, or until max.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(filter);
        var deadline = DeadlineFor(max);
        var results = new List<T>();
        while (results.Count < msgs && Take(deadline) is { } message && filter(message) is { } result)
        {
            results.Add(result);
        }

        return results;
    }

    private static string Hint(string? hint) => string.IsNullOrEmpty(hint) ? "" : $" ({hint})";

    private T Next<T>(Deadline deadline, string? hint)
    {
        var message = Take(deadline);
        if (message is T typed)
        {
            return typed;
        }

        Assert.Fail($"a {typeof(T).Name} was expected, but got {Described(message)}{Hint(hint)}");
        return default!;
    }
}
