namespace Distributed.Engine.Training;

/// <summary>One thread that runs one piece of work after the other.</summary>
public sealed class ComputeThread : ICompute, IDisposable
{
    /// <summary>Looks at the queue before parking, as the runtime's own semaphore does.</summary>
    private const int SpinsMax = 35;

    private readonly Queue<object> _work = new();
    private bool _isClosed;
    private volatile int _waiting;

    public ComputeThread(string name)
    {
        Name = name;
        var thread = new Thread(Loop) { Name = name, IsBackground = true };
        thread.Start();
    }

    public string Name { get; }

    public Task<T> Run<T>(ComputeKind kind, Func<T> work)
    {
        // Continuations must not run here: they would keep the thread from the next piece of work.
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception error)
            {
                result.SetException(error);
            }
        });
        return result.Task;
    }

    public void RunInParts(ComputeKind kind, IPartedWork work) => Add(work);

    /// <summary>No further work is taken; what was given is still done.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _isClosed = true;
            Monitor.Pulse(_work);
        }
    }

    private void Add(object work)
    {
        lock (_work)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _work.Enqueue(work);
            _waiting = _work.Count;
            Monitor.Pulse(_work);
        }
    }

    private void Loop()
    {
        while (Next() is { } work)
        {
            if (work is not IPartedWork parted)
            {
                ((Action)work)();
                continue;
            }

            try
            {
                parted.Run(parted);
            }
            catch (Exception error)
            {
                parted.OnFailed(error);
            }
        }
    }

    /// <summary>The next work; null where no more will come. Spins for as long as parking and waking take.</summary>
    private object? Next()
    {
        var spin = default(SpinWait);
        while (_waiting == 0 && spin.Count < SpinsMax)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        lock (_work)
        {
            while (_work.Count == 0)
            {
                if (_isClosed)
                {
                    return null;
                }

                Monitor.Wait(_work);
            }

            var work = _work.Dequeue();
            _waiting = _work.Count;
            return work;
        }
    }
}
