namespace Distributed.Actors;

/// <summary>Sends the outcome of a task to an actor: its result, or <see cref="Status.Failure"/>.</summary>
/// <remarks>
/// Success and failure make the message from the outcome where they are given; what success throws is a failure. The
/// message is sent on the thread that ends the task. The returned task ends when it has been sent.
/// </remarks>
public static class PipeToSupport
{
    public static Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null)
    {
        ArgumentNullException.ThrowIfNull(taskToPipe);
        return Pipe(
            taskToPipe,
            () => success is null ? taskToPipe.GetAwaiter().GetResult()! : success(taskToPipe.GetAwaiter().GetResult()),
            failure,
            recipient,
            sender);
    }

    /// <summary>The message is <see cref="Status.Success"/> by default.</summary>
    public static Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null)
    {
        ArgumentNullException.ThrowIfNull(taskToPipe);
        return Pipe(taskToPipe, () => Result(taskToPipe, success), failure, recipient, sender);
    }

    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null) => taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    /// <inheritdoc cref="PipeTo(Task, ICanTell, IActorRef, Func{object}, Func{Exception, object})"/>
    public static Task PipeTo(
        this ValueTask taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null) => taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    private static object Result(Task task, Func<object>? success)
    {
        task.GetAwaiter().GetResult();
        return success is null ? new Status.Success(null) : success();
    }

    // Not awaited: an await would move to another thread wherever the ending one has a synchronization context, and
    // a simulation would lose its order.
    private static Task Pipe(
        Task task, Func<object> success, Func<Exception, object>? failure, ICanTell recipient, IActorRef? sender) =>
        task.ContinueWith(
            _ => recipient.Tell(Outcome(success, failure), sender),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

    private static object Outcome(Func<object> success, Func<Exception, object>? failure)
    {
        try
        {
            return success();
        }
        catch (Exception error)
        {
            return failure is null ? new Status.Failure(error) : failure(error);
        }
    }
}
