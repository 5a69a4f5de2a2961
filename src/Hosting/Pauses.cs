namespace Distributed.Hosting;

/// <summary>Waiting by a clock that a test can move.</summary>
internal static class Pauses
{
    /// <summary>Ends after a time. Errors: OperationCanceledException where that is asked for first.</summary>
    internal static async Task Pause(this TimeProvider clock, TimeSpan time, CancellationToken cancellation)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = clock.CreateTimer(_ => over.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await over.Task.WaitAsync(cancellation);
    }
}
