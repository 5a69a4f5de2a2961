using Distributed.Engine.Training;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>Compute threads in the test's hands: work, and every part that is ready, is a turn of its own.</summary>
internal sealed class PartedCompute(int threads = 1) : ICompute
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

    public int Threads => threads;

    public void RunInParts(ComputeKind kind, IPartedWork work)
    {
        var hasFailed = false;
        void Turn(Action turn)
        {
            try
            {
                if (!hasFailed)
                {
                    turn();
                }
            }
            catch (Exception error)
            {
                hasFailed = true;
                work.OnFailed(error);
            }
        }

        _turns.Enqueue(() => Turn(() => work.Run(NobodyWaits.Instance)));
        for (var part = 1; part <= work.Parts; part++)
        {
            var count = part;
            _turns.Enqueue(() => Turn(() => work.OnReady(count)));
        }
    }

    /// <summary>The last thread first: no order may matter.</summary>
    public void Together(Action<int> body)
    {
        for (var thread = threads - 1; thread >= 0; thread--)
        {
            body(thread);
        }
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
