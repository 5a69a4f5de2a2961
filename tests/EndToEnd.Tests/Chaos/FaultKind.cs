namespace Distributed.EndToEnd.Tests.Chaos;

/// <summary>What is done to the processes of a job.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL; another worker is started for it.</summary>
    WorkerKilled,

    /// <summary>SIGSTOP, and SIGCONT before anyone takes it for dead.</summary>
    WorkerPaused,

    /// <summary>SIGSTOP, and SIGCONT only after it was taken for dead.</summary>
    WorkerFrozen,

    WorkerJoins,

    /// <summary>SIGTERM: it leaves politely.</summary>
    WorkerLeaves,

    /// <summary>SIGKILL, and the same command again.</summary>
    CoordinatorKilled,

    /// <summary>SIGSTOP, and SIGCONT before anyone takes it for dead.</summary>
    CoordinatorPaused,

    /// <summary>A worker is killed while another is stopped, which goes on a little later.</summary>
    KilledAndPaused,

    /// <summary>A worker is killed while another joins and a third is told to leave.</summary>
    KilledJoinedAndLeft,

    /// <summary>A worker and the coordinator at once.</summary>
    WorkerAndCoordinatorKilled,
}
