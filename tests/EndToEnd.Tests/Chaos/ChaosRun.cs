using System.Text.Json;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Chaos;

/// <summary>
/// One training job of real processes and the faults that a seed chooses for it. Each fault waits for what ends it;
/// between two the job goes on for a while.
/// </summary>
internal sealed class ChaosRun
{
    private const int WorkersMin = 2;
    private const int WorkersMax = 4;

    /// <summary>Those whose recovery is measured come more often.</summary>
    private static readonly FaultKind[] Kinds =
    [
        .. Enum.GetValues<FaultKind>(), FaultKind.WorkerKilled, FaultKind.WorkerKilled, FaultKind.CoordinatorKilled,
    ];

    private readonly Random _random;
    private readonly StandaloneCluster _cluster;
    private readonly RecoveryTimes _times;
    private readonly Action<string> _tell;

    internal ChaosRun(Random random, StandaloneCluster cluster, RecoveryTimes times, Action<string> tell) =>
        (_random, _cluster, _times, _tell) = (random, cluster, times, tell);

    /// <summary>Starts the job and does what it can of so many faults before the job is done.</summary>
    /// <param name="job">Its steps are shared out among the faults, so that they come evenly.</param>
    /// <returns>How many were done.</returns>
    internal int Run(SmallJob job, int faults)
    {
        _cluster.StartCoordinator();
        _cluster.StartWorkers(3);
        var spacing = job.Epochs / (faults + 2);
        var done = 0;
        while (done < faults && ReachesEpoch((done * spacing) + _random.Next(1, spacing + 1)))
        {
            var kind = Possible(Kinds[_random.Next(Kinds.Length)]);
            _tell($"fault {done + 1}: {kind} with {_cluster.Workers.Count} workers");
            if (!Inflict(kind))
            {
                break; // the job was done before the fault was over
            }

            done++;
        }

        if (done == faults)
        {
            _cluster.KeepOneWorker();
        }

        return done;
    }

    /// <summary>False where the job ends first.</summary>
    private bool ReachesEpoch(int epoch) =>
        _cluster.Log.TryWaitForEvent(
            "epoch", line => line.GetProperty("epoch").GetInt32() >= epoch, 0, Bounds.Hang) is not null;

    /// <summary>So that two to four workers stay.</summary>
    private FaultKind Possible(FaultKind kind) => (kind, _cluster.Workers.Count) switch
    {
        (FaultKind.WorkerLeaves or FaultKind.WorkerFrozen, <= WorkersMin) => FaultKind.WorkerJoins,
        (FaultKind.KilledAndPaused or FaultKind.KilledJoinedAndLeft, <= WorkersMin) => FaultKind.WorkerJoins,
        (FaultKind.WorkerJoins, >= WorkersMax) => FaultKind.WorkerLeaves,
        _ => kind,
    };

    private bool Inflict(FaultKind kind) => kind switch
    {
        FaultKind.WorkerKilled => KillWorker(),
        FaultKind.WorkerPaused => PauseWorker(),
        FaultKind.WorkerFrozen => FreezeWorker(),
        FaultKind.WorkerJoins => JoinWorker(),
        FaultKind.WorkerLeaves => LeaveWorker(),
        FaultKind.CoordinatorKilled => KillCoordinator(),
        FaultKind.CoordinatorPaused => PauseCoordinator(),
        FaultKind.KilledAndPaused => KillAndPause(),
        FaultKind.KilledJoinedAndLeft => KillJoinAndLeave(),
        _ => KillWorkerAndCoordinator(),
    };

    private bool KillWorker()
    {
        var from = _cluster.Log.Count;
        _cluster.Kill(AnyWorker());
        _cluster.StartWorker();
        return NotesRecovery(from, _times.OfWorkers);
    }

    private bool PauseWorker()
    {
        using (Pause(_cluster.Workers[AnyWorker()]))
        {
            // Nothing else happens meanwhile.
        }

        return GoesOn();
    }

    private bool FreezeWorker()
    {
        var from = _cluster.Log.Count;
        var name = AnyWorker();
        _cluster.Workers[name].Send(Signals.Stop);
        var lost = _cluster.Log.TryWaitForEvent("lost", line => IsOf(line, name), from, Bounds.Hang);
        var recovered = lost is not null && NotesRecovery(from, _times.OfWorkers);
        _cluster.Workers[name].Send(Signals.Continue);
        return recovered && Trains(name, from);
    }

    private bool JoinWorker()
    {
        var from = _cluster.Log.Count;
        return Trains(_cluster.StartWorker(), from);
    }

    private bool LeaveWorker()
    {
        var from = _cluster.Log.Count;
        var name = AnyWorker();
        var exit = _cluster.Forget(name).End(Signals.Terminate);
        Assert.Equal(128 + Signals.Terminate, exit.Exit);
        return _cluster.Log.TryWaitForEvent("left", line => IsOf(line, name), from, Bounds.Hang) is not null;
    }

    private bool KillCoordinator()
    {
        _cluster.Coordinator.End(Signals.Kill);
        _cluster.StartCoordinator();
        return NotesRecovery(0, _times.OfCoordinators);
    }

    private bool PauseCoordinator()
    {
        using (Pause(_cluster.Coordinator))
        {
            // Nothing else happens meanwhile.
        }

        return GoesOn();
    }

    private bool KillAndPause()
    {
        var from = _cluster.Log.Count;
        var killed = AnyWorker();
        using (Pause(_cluster.Workers[AnyWorker(but: killed)]))
        {
            _cluster.Kill(killed);
            _cluster.StartWorker();
        }

        return NotesRecovery(from, _times.OfSeveral);
    }

    private bool KillJoinAndLeave()
    {
        var from = _cluster.Log.Count;
        var killed = AnyWorker();
        var leaving = _cluster.Forget(AnyWorker(but: killed));
        _cluster.StartWorker();
        leaving.Send(Signals.Terminate);
        _cluster.Kill(killed);
        return NotesRecovery(from, _times.OfSeveral)
            && leaving.WaitForExit().Exit == 128 + Signals.Terminate;
    }

    private bool KillWorkerAndCoordinator()
    {
        var worker = _cluster.Forget(AnyWorker());
        _cluster.Coordinator.Send(Signals.Kill);
        worker.End(Signals.Kill);
        _cluster.Coordinator.WaitForExit();
        _cluster.StartCoordinator();
        _cluster.StartWorker();
        return NotesRecovery(0, _times.OfSeveral);
    }

    /// <summary>Stops a process for a time that nobody takes for its death.</summary>
    private Pause Pause(RunningProcess process) =>
        new(process, TimeSpan.FromMilliseconds(_random.Next(100, 2500)));

    private bool NotesRecovery(int from, List<double> seconds)
    {
        if (_cluster.WaitForRecovery(from) is not { } recovered)
        {
            return false;
        }

        _tell($"  {recovered.GetRawText()}");
        seconds.Add(recovered.GetProperty("seconds").GetDouble());
        return true;
    }

    private bool GoesOn() => _cluster.WaitForEpoch(_cluster.Log.Count) is not null;

    private bool Trains(string name, int from) => _cluster.Log.TryWaitForEvent(
        "members",
        line => line.GetProperty("workers").EnumerateArray().Any(member => member.GetString() == name),
        from, Bounds.Hang) is not null;

    private static bool IsOf(JsonElement line, string name) => line.GetProperty("worker").GetString() == name;

    private string AnyWorker(string? but = null)
    {
        var names = _cluster.Workers.Keys.Where(name => name != but).Order(StringComparer.Ordinal).ToList();
        return names[_random.Next(names.Count)];
    }
}
