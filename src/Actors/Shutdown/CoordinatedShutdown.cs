namespace Distributed.Actors;

/// <summary>What is to be done before a system ends, phase by phase. May be used from any thread.</summary>
/// <remarks>
/// The tasks of a phase run in parallel, in slices of the system's dispatcher; the next phase begins when all have
/// ended. One that fails, or is not done when its phase's time is up, is logged and waited for no longer. The last
/// phase also stops the actors. Units: a phase has 5 s, cluster-sharding-shutdown-region and cluster-exiting have 10 s.
/// </remarks>
public sealed class CoordinatedShutdown
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly LocalActorSystem _system;
    private readonly Lock _lock = new();
    private readonly List<ShutdownTask> _tasks = [];
    private readonly TaskCompletionSource<Done> _systemEnded = new();
    private readonly TaskCompletionSource<Done> _done = new();
    private bool _isDirect;
    private bool _isRunScheduled;

    internal CoordinatedShutdown(LocalActorSystem system) => _system = system;

    /// <summary>Why the shutdown runs; null while it does not.</summary>
    public Reason? ShutdownReason { get; private set; }

    /// <summary>The phases in the order they run.</summary>
    internal static IReadOnlyList<string> Phases { get; } =
    [
        PhaseBeforeServiceUnbind, PhaseServiceUnbind, PhaseServiceRequestsDone, PhaseServiceStop,
        PhaseBeforeClusterShutdown, PhaseClusterShardingShutdownRegion, PhaseClusterLeave, PhaseClusterExiting,
        PhaseClusterExitingDone, PhaseClusterShutdown, PhaseBeforeActorSystemTerminate, PhaseActorSystemTerminate,
    ];

    /// <summary>The shutdown of this system.</summary>
    public static CoordinatedShutdown Get(ActorSystem sys) => ((LocalActorSystem)sys).Shutdown;

    /// <summary>Adds a task to a phase; too late, and without effect, once the phase has begun.</summary>
    /// <remarks>Errors: ArgumentException when there is no such phase.</remarks>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var index = IndexOf(phase);
        lock (_lock)
        {
            if (!_isDirect)
            {
                _tasks.Add(new ShutdownTask(index, taskName, task));
            }
        }
    }

    /// <summary>Runs the phases from the given one on; once, whoever calls and however often.</summary>
    /// <remarks>Errors: ArgumentException when there is no such phase.</remarks>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var first = fromPhase is null ? 0 : IndexOf(fromPhase);
        lock (_lock)
        {
            ShutdownReason ??= reason;
            // After a direct termination the last phase is what is left to wait for.
            ScheduleRun(_isDirect ? Phases.Count - 1 : first);
        }

        return _done.Task;
    }

    /// <summary>As Run; without tasks it stops the actors at once, which needs neither a slice nor a timer.</summary>
    internal void RunForTermination()
    {
        lock (_lock)
        {
            if (ShutdownReason is not null)
            {
                return;
            }

            ShutdownReason = ActorSystemTerminateReason.Instance;
            _isDirect = _tasks.Count == 0;
            if (!_isDirect)
            {
                ScheduleRun(0);
                return;
            }
        }

        _system.StopActors();
    }

    /// <summary>The tasks of a phase, in the order they were added.</summary>
    internal IReadOnlyList<ShutdownTask> TasksOf(int phaseIndex)
    {
        lock (_lock)
        {
            var tasks = _tasks.Where(task => task.PhaseIndex == phaseIndex).ToList();
            if (phaseIndex == Phases.Count - 1)
            {
                tasks.Add(new ShutdownTask(phaseIndex, "terminate-system", StopActors));
            }

            return tasks;
        }
    }

    internal static TimeSpan TimeoutOf(int phaseIndex) =>
        TimeSpan.FromSeconds(Phases[phaseIndex] is PhaseClusterShardingShutdownRegion or PhaseClusterExiting ? 10 : 5);

    internal void OnPhasesEnded() => _done.SetResult(Done.Instance);

    internal void OnSystemEnded() => _systemEnded.TrySetResult(Done.Instance);

    private static int IndexOf(string phase)
    {
        for (var index = 0; index < Phases.Count; index++)
        {
            if (Phases[index] == phase)
            {
                return index;
            }
        }

        throw new ArgumentException($"coordinated shutdown: no phase '{phase}': choose {string.Join(", ", Phases)}");
    }

    private void ScheduleRun(int firstPhaseIndex)
    {
        if (!_isRunScheduled)
        {
            _isRunScheduled = true;
            new ShutdownRun(this, _system, firstPhaseIndex).Schedule();
        }
    }

    private Task<Done> StopActors()
    {
        _system.StopActors();
        return _systemEnded.Task;
    }

#pragma warning disable CA1034, MA0069 // nested types are the mirrored shape
    /// <summary>Why a system is shut down; derive from it for reasons of one's own.</summary>
    public abstract class Reason
    {
        protected Reason()
        {
        }
    }

    /// <summary><see cref="ActorSystem.Terminate"/> was called.</summary>
    public sealed class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason()
        {
        }
    }

    /// <summary>The process ends.</summary>
    public sealed class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason()
        {
        }
    }

    /// <summary>The cluster has removed this process because it could not be reached.</summary>
    public sealed class ClusterDowningReason : Reason
    {
        public static readonly Reason Instance = new ClusterDowningReason();

        private ClusterDowningReason()
        {
        }
    }

    /// <summary>This process has left the cluster.</summary>
    public sealed class ClusterLeavingReason : Reason
    {
        public static readonly Reason Instance = new ClusterLeavingReason();

        private ClusterLeavingReason()
        {
        }
    }
#pragma warning restore CA1034, MA0069
}

/// <summary>Something to be done in a phase.</summary>
internal sealed record ShutdownTask(int PhaseIndex, string Name, Func<Task<Done>> Start);
