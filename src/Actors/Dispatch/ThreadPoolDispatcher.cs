namespace Distributed.Actors;

/// <summary>Runs slices on the process's thread pool, fairly.</summary>
public sealed class ThreadPoolDispatcher : IDispatcher
{
    public static readonly ThreadPoolDispatcher Shared = new();

    private ThreadPoolDispatcher()
    {
    }

    // Not preferLocal: an actor with a full mailbox would then run on before everything in the shared queue.
    public void Schedule(IThreadPoolWorkItem slice) => ThreadPool.UnsafeQueueUserWorkItem(slice, preferLocal: false);
}
