using System.Collections.Concurrent;

namespace Distributed.Worker;

/// <summary>
/// Where a worker's numbers are crunched: off the actor's thread, so that its mailbox stays answerable.
/// </summary>
public interface ICompute
{
    /// <summary>Runs the work, after what was given before; the task ends with its result or its exception.</summary>
    public Task<T> Run<T>(Func<T> work);
}

/// <summary>One thread that runs one piece of work after the other.</summary>
public sealed class ComputeThread : ICompute, IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public ComputeThread(string name)
    {
        var thread = new Thread(Loop) { Name = name, IsBackground = true };
        thread.Start();
    }

    public Task<T> Run<T>(Func<T> work)
    {
        // Continuations must not run here: they would keep the thread from the next piece of work.
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
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

    /// <summary>No further work is taken; what was given is still done.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
