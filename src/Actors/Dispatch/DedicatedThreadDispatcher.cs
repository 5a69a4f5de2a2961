namespace Distributed.Actors;

/// <summary>Runs slices on one background thread of its own, in order, until disposed.</summary>
/// <remarks>Dispose lets the queued slices run out; slices scheduled later go to the thread pool.</remarks>
public sealed class DedicatedThreadDispatcher : IDispatcher, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<IThreadPoolWorkItem> _slices = new();
    private readonly SemaphoreSlim _wake = new(0);
    private bool _isDisposed;

    /// <param name="threadName">What the thread is called in a debugger or a dump.</param>
    public DedicatedThreadDispatcher(string threadName) =>
        new Thread(Run) { IsBackground = true, Name = threadName }.UnsafeStart();

    public void Schedule(IThreadPoolWorkItem slice)
    {
        bool isDisposed;
        lock (_lock)
        {
            isDisposed = _isDisposed;
            if (!isDisposed)
            {
                _slices.Enqueue(slice);
            }
        }
        if (isDisposed)
        {
            ThreadPoolDispatcher.Shared.Schedule(slice);
        }
        else
        {
            _wake.Release();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }
        _wake.Release();
    }

    private void Run()
    {
        while (true)
        {
            _wake.Wait(); // ends with the actor: Dispose releases it once more
            IThreadPoolWorkItem? slice;
            lock (_lock)
            {
                if (!_slices.TryDequeue(out slice))
                {
                    break;
                }
            }
            slice.Execute();
        }
        _wake.Dispose();
    }
}
