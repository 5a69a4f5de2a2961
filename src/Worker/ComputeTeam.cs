using System.Runtime.ExceptionServices;
using Distributed.Cluster.Collectives;
using Distributed.Engine.Training;

namespace Distributed.Worker;

/// <summary>
/// The compute threads of one worker: one runs what is given, and where the work can be shared the others help it.
/// </summary>
/// <remarks>Helpers spin briefly between two shared pieces, then park. Sharing a piece costs two barriers.</remarks>
public sealed class ComputeTeam : ICompute, IDisposable
{
    private readonly ComputeThread _leader;
    private readonly StepBarrier _barrier;
    private readonly Exception?[] _errors;
    private Action<int>? _body;

    /// <remarks>Units: threads is at least 1. Errors: ArgumentOutOfRangeException for fewer.</remarks>
    public ComputeTeam(string name, int threads)
    {
        _barrier = new StepBarrier(threads, Timeout.InfiniteTimeSpan);
        _errors = new Exception?[threads];
        _leader = new ComputeThread(name);
        for (var thread = 1; thread < threads; thread++)
        {
            var index = thread;
            new Thread(() => Help(index)) { Name = $"{name}.{index}", IsBackground = true }.Start();
        }
    }

    public int Threads => _errors.Length;

    public Task<T> Run<T>(ComputeKind kind, Func<T> work) => _leader.Run(kind, work);

    public void RunInParts(ComputeKind kind, IPartedWork work) => _leader.RunInParts(kind, work);

    public void Together(Action<int> body)
    {
        if (Threads == 1)
        {
            body(0);
            return;
        }

        _body = body;
        Array.Clear(_errors);
        _barrier.Wait(0);
        Try(body, 0);
        _barrier.Wait(0);
        foreach (var error in _errors)
        {
            if (error is not null)
            {
                ExceptionDispatchInfo.Throw(error);
            }
        }
    }

    /// <summary>No further work is taken; what was given is still done, then the threads end.</summary>
    public void Dispose()
    {
        if (Threads > 1)
        {
            _ = _leader.Run(ComputeKind.Shard, () =>
            {
                _body = null;
                _barrier.Wait(0);
                return true;
            });
        }

        _leader.Dispose();
    }

    private void Help(int thread)
    {
        while (true)
        {
            _barrier.Wait(thread);
            if (_body is not { } body)
            {
                return;
            }

            Try(body, thread);
            _barrier.Wait(thread);
        }
    }

    private void Try(Action<int> body, int thread)
    {
        try
        {
            body(thread);
        }
        catch (Exception error)
        {
            _errors[thread] = error;
        }
    }
}
