using System.Collections.Concurrent;

namespace Distributed.Engine.Training;

/// <summary>One thread that runs one piece of work after the other.</summary>
public sealed class ComputeThread : ICompute, IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

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

    public Task RunInParts(ComputeKind kind, Action work, int parts, Action<int> ready) => Run(kind, () =>
    {
        work();
        for (var part = 0; part < parts; part++)
        {
            ready(part);
        }

        return true;
    });

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
