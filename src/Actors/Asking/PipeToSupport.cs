namespace Distributed.Actors;

/// <summary>Sends the outcome of a task to an actor: its result, or <see cref="Status.Failure"/>.</summary>
/// <remarks>The returned task ends when the outcome has been sent; it never fails with the task's failure.</remarks>
public static class PipeToSupport
{
    /// <param name="success">Makes the message from the result; the result itself by default.</param>
    /// <param name="failure">Makes the message from the error; Status.Failure by default.</param>
    public static async Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null)
    {
        ArgumentNullException.ThrowIfNull(taskToPipe);
        object message;
        try
        {
            var result = await taskToPipe.ConfigureAwait(false);
            message = success is null ? result! : success(result);
        }
        catch (Exception error)
        {
            message = failure is null ? new Status.Failure(error) : failure(error);
        }
        recipient.Tell(message, sender);
    }

    /// <param name="success">Makes the message; <see cref="Status.Success"/> by default.</param>
    public static Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null)
    {
        ArgumentNullException.ThrowIfNull(taskToPipe);
        return WithResult(taskToPipe).PipeTo(
            recipient, sender, _ => success is null ? new Status.Success(null) : success(), failure);
    }

    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null) => taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    public static Task PipeTo(
        this ValueTask taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null) => taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    private static async Task<bool> WithResult(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
