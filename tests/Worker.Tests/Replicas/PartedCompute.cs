using Distributed.Engine.Training;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>A compute thread in the test's hands: work, and every part that is ready, is a turn of its own.</summary>
internal sealed class PartedCompute : ICompute
{
    private readonly Queue<Action> _turns = new();

    internal bool IsIdle => _turns.Count == 0;

    internal void RunOne() => _turns.Dequeue()();

    public Task<T> Run<T>(ComputeKind kind, Func<T> work)
    {
        var result = new TaskCompletionSource<T>();
        _turns.Enqueue(() => Try(() => result.SetResult(work()), result));
        return result.Task;
    }

    public Task RunInParts(ComputeKind kind, Action work, int parts, Action<int> ready)
    {
        var result = new TaskCompletionSource<bool>();
        _turns.Enqueue(() => Try(work, result));
        for (var part = 0; part < parts; part++)
        {
            var index = part;
            _turns.Enqueue(() => Try(
                () =>
                {
                    if (result.Task.IsFaulted)
                    {
                        return;
                    }

                    ready(index);
                    _ = index < parts - 1 || result.TrySetResult(true);
                }, result));
        }

        return result.Task;
    }

    private static void Try<T>(Action turn, TaskCompletionSource<T> result)
    {
        try
        {
            turn();
        }
        catch (Exception error)
        {
            result.TrySetException(error);
        }
    }
}
