namespace Distributed.Actors;

/// <summary>The one run of a system's shutdown: a slice per phase that has to be waited for.</summary>
// Note [Shutdown slices]: tasks end, and timers fire, on threads of others. They only schedule the next slice, so
// that phases begin where actors run: on the one thread of a simulation, in its order. Tasks that have ended when they
// are returned are not waited for, and all phases without anything to wait for share one slice.
internal sealed class ShutdownRun(CoordinatedShutdown shutdown, LocalActorSystem system, int firstPhaseIndex)
    : IThreadPoolWorkItem
{
    private int _nextPhaseIndex = firstPhaseIndex;

    private LocalActorSystem System => system;

    internal void Schedule() => system.Options.Dispatcher.Schedule(this);

    void IThreadPoolWorkItem.Execute()
    {
        while (_nextPhaseIndex < CoordinatedShutdown.Phases.Count)
        {
            var phaseIndex = _nextPhaseIndex++;
            var tasks = shutdown.TasksOf(phaseIndex);
            if (tasks.Count > 0 && !new PhaseRun(this, phaseIndex, tasks).HasEnded())
            {
                return;
            }
        }

        shutdown.OnPhasesEnded();
    }

    private Task<Done> Start(ShutdownTask task)
    {
        try
        {
            return task.Start() ?? throw new InvalidOperationException("it returned no task to wait for");
        }
        catch (Exception error)
        {
            LogFailure(task, error);
            return Task.FromResult(Done.Instance);
        }
    }

    private void LogFailure(ShutdownTask task, Exception error) => system.Log.Warning(
        error,
        "coordinated shutdown: task {0} of phase {1} failed: {2}",
        task.Name,
        CoordinatedShutdown.Phases[task.PhaseIndex],
        error.Message);

    /// <summary>One phase: ends when its last task does, or when its time is up, whichever comes first.</summary>
    private sealed class PhaseRun(ShutdownRun run, int phaseIndex, IReadOnlyList<ShutdownTask> tasks)
    {
        private readonly bool[] _isDone = new bool[tasks.Count];
        private ITimer? _timer;
        private int _openCount = tasks.Count + 1; // the one more is the start itself
        private int _isEnded;

        /// <summary>Starts the tasks; false when one still runs: the run goes on when the phase ends.</summary>
        internal bool HasEnded()
        {
            for (var index = 0; index < tasks.Count; index++)
            {
                Follow(index, run.Start(tasks[index]));
            }

            if (Volatile.Read(ref _openCount) > 1)
            {
                _timer = run.System.TimeProvider.CreateTimer(
                    _ => OnTimeout(), null, CoordinatedShutdown.TimeoutOf(phaseIndex), Timeout.InfiniteTimeSpan);
            }

            return Interlocked.Decrement(ref _openCount) == 0 && TryEnd();
        }

        private void Follow(int index, Task<Done> task)
        {
            if (task.IsCompleted)
            {
                OnEnded(index, task);
                return;
            }

            _ = task.ContinueWith(
                ended => OnEnded(index, ended),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        private void OnEnded(int index, Task<Done> task)
        {
            Volatile.Write(ref _isDone[index], true);
            if (!task.IsCompletedSuccessfully)
            {
                run.LogFailure(tasks[index], task.Exception?.InnerException ?? new TaskCanceledException(task));
            }

            if (Interlocked.Decrement(ref _openCount) == 0 && TryEnd())
            {
                run.Schedule();
            }
        }

        private void OnTimeout()
        {
            if (!TryEnd())
            {
                return;
            }

            var late = tasks.Where((_, index) => !Volatile.Read(ref _isDone[index])).Select(task => task.Name);
            run.System.Log.Warning(
                "coordinated shutdown: phase {0} is over after {1}, without waiting for {2}",
                CoordinatedShutdown.Phases[phaseIndex],
                CoordinatedShutdown.TimeoutOf(phaseIndex),
                string.Join(", ", late));
            run.Schedule();
        }

        private bool TryEnd()
        {
            if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            {
                return false;
            }

            _timer?.Dispose();
            return true;
        }
    }
}
