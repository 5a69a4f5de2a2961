namespace Distributed.Actors;

/// <summary>Ask: a message whose answer is awaited.</summary>
/// <remarks>
/// Without a timeout the wait is as long as the system's options say, unbounded by default.
/// Errors, thrown by the task: AskTimeoutException after the timeout; TaskCanceledException by the token; the
/// Cause of a <see cref="Status.Failure"/> unless T is object; ArgumentException for an answer of another type.
/// </remarks>
public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(
        this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    public static Task<T> Ask<T>(
        this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    /// <summary>Makes the message with the reference that the answer is to be sent to.</summary>
    public static async Task<T> Ask<T>(
        this ICanTell self,
        Func<IActorRef, object> messageFactory,
        TimeSpan? timeout,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messageFactory);
        var target = InternalActorRef.From(self, "ask");
        var system = target.System ?? throw new ArgumentException($"ask: {target} belongs to no system");
        var promise = new PromiseRef(system);
        if ((timeout ?? system.Options.AskTimeout) is { } limit && limit != Timeout.InfiniteTimeSpan)
        {
            promise.FailAfter(limit, () => new AskTimeoutException($"ask: no answer by {target.Path} within {limit}"));
        }

        if (cancellationToken.CanBeCanceled)
        {
            promise.CancelWith(cancellationToken);
        }

        target.Tell(messageFactory(promise), promise);
        return Result<T>(await promise.Task.ConfigureAwait(false), target);
    }

    private static T Result<T>(object answer, InternalActorRef target) => answer switch
    {
        T result => result,
        Status.Failure failure => throw failure.Cause,
        _ => throw new ArgumentException(
            $"ask: {target.Path} answered with a {answer.GetType()}, a {typeof(T)} was expected"),
    };
}
