namespace Distributed.Simulation.Tests.Cluster;

/// <summary>Lets a run's faults happen, and sees to it that each ends.</summary>
internal sealed class Mischief
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <summary>By then the others have noticed who stands still, and gone on.</summary>
    private static readonly TimeSpan ReplacedWithin = TimeSpan.FromSeconds(9);

    /// <summary>How long one that was left behind goes on before it hears of it.</summary>
    private static readonly TimeSpan Unaware = TimeSpan.FromMilliseconds(500);

    private readonly SimulatedCluster _cluster;
    private readonly Simulator _simulator;
    private readonly Queue<PlannedFault> _faults;
    private readonly Dictionary<SimulatedNode, TimeSpan> _disturbedAt = [];
    private readonly List<(SimulatedNode Node, TimeSpan After)> _leftBehind = [];
    private int _open;
    private int _bearable;
    private TimeSpan _quietSince;

    internal Mischief(SimulatedCluster cluster, IEnumerable<PlannedFault> faults)
    {
        (_cluster, _simulator, _faults) = (cluster, cluster.Simulator, new Queue<PlannedFault>(faults));
        _simulator.After(Look, LookForTheNext);
    }

    internal int FaultsMet { get; private set; }

    /// <summary>True once all faults have happened and ended.</summary>
    internal bool IsOver => _faults.Count == 0 && _open == 0;

    /// <summary>How long nothing has happened to a node.</summary>
    internal TimeSpan Undisturbed(SimulatedNode node) =>
        _open > 0 ? TimeSpan.Zero : _simulator.Now - _disturbedAt.GetValueOrDefault(node);

    /// <summary>How long no fault has been at work, or none that a job may stand still for.</summary>
    internal TimeSpan Quiet => _open > _bearable ? TimeSpan.Zero : _simulator.Now - _quietSince;

    /// <summary>Whatever still lies on the ground is put up again.</summary>
    internal void Heal()
    {
        _simulator.Network.RepairAll();
        foreach (var node in _cluster.Workers.Prepend(_cluster.Coordinator))
        {
            node.Thaw();
        }
    }

    /// <summary>A machine whose disk has died is dead, and is started again a little later.</summary>
    internal void CheckDisk()
    {
        if (_cluster.Disk.IsDead && _cluster.Coordinator.IsRunning)
        {
            _cluster.Coordinator.Crash(CrashKind.PowerFailure);
            _open++;
            _simulator.After(TimeSpan.FromMilliseconds(300), () => Revive(powerLost: true));
        }
    }

    /// <summary>A generation has come together: who was left behind wakes up while its first step is made.</summary>
    internal void OnGeneration()
    {
        foreach (var (node, after) in _leftBehind)
        {
            _simulator.After(after, node.Thaw);
            _simulator.After(after + Unaware, () => _simulator.Network.Release(_cluster.Coordinator, node));
        }

        _leftBehind.Clear();
    }

    private void LookForTheNext()
    {
        while (_faults.TryPeek(out var next)
            && (_cluster.StepReached >= next.AtStep || _simulator.Now >= next.Latest))
        {
            _faults.Dequeue();
            _open++;
            _simulator.After(next.After, () => Happen(next));
        }

        if (_faults.Count > 0)
        {
            _simulator.After(Look, LookForTheNext);
        }
    }

    private void Happen(PlannedFault fault)
    {
        var random = new SeededRandom(fault.Draw, DrawPurpose.Faults);
        _simulator.Log.Write("mischief", $"{fault.Kind} for {fault.Lasts}");
        FaultsMet++;
        var (worker, other) = PickTwo(random);
        var ends = Begin(fault, worker, other, random);
        if (fault.Kind is FaultKind.Partition or FaultKind.OneWayPartition && other != _cluster.Coordinator)
        {
            Bear(fault.Lasts, ends);
            return;
        }

        var atLeast = fault.Kind == FaultKind.WorkerLeftBehind ? ReplacedWithin : TimeSpan.Zero;
        _simulator.After(atLeast + fault.Lasts, () =>
        {
            ends();
            Close();
        });
    }

    /// <summary>Two workers that do not reach each other are no reason to wait until they do again.</summary>
    private void Bear(TimeSpan lasts, Action ends)
    {
        _bearable++;
        _quietSince = _simulator.Now;
        _simulator.After(lasts * 5, () =>
        {
            _bearable--;
            ends();
            Close();
        });
    }

    private (SimulatedNode Worker, SimulatedNode Other) PickTwo(SeededRandom random)
    {
        var worker = Pick(random);
        var other = PickOther(worker, random);
        Disturb(worker);
        Disturb(other);
        return (worker, other);
    }

    /// <summary>Starts a fault; what is returned ends it.</summary>
    private Action Begin(PlannedFault fault, SimulatedNode worker, SimulatedNode other, SeededRandom random)
    {
        return fault.Kind switch
        {
            FaultKind.WorkerCrash => Crash([worker], CrashKind.Process),
            FaultKind.WorkerPowerLoss => Crash([worker], CrashKind.PowerFailure),
            FaultKind.AllWorkersCrash => Crash([.. _cluster.Workers], CrashKind.Process),
            FaultKind.WorkerFreeze => Freeze(worker),
            FaultKind.WorkerLeftBehind => LeaveBehind(worker, other, fault.After),
            FaultKind.CoordinatorFreeze => Freeze(_cluster.Coordinator),
            FaultKind.WorkerLeave => Leave(worker),
            FaultKind.WorkerSlow => Slow(worker, 2 + random.Below(8)),
            FaultKind.WorkerJoin => Join(),
            FaultKind.CoordinatorCrash => CrashCoordinator(powerLost: false),
            FaultKind.CoordinatorPowerLoss => CrashCoordinator(powerLost: true),
            FaultKind.ClockJump => Jump(worker, random),
            FaultKind.DiskFull => FillDisk(random),
            FaultKind.DiskWriteFails => Do(() => _cluster.Disk.FailWriteAt(1 + random.Below(10))),
            FaultKind.DiskCrash => Do(() => _cluster.Disk.CrashAt(1 + random.Below(30))),
            FaultKind.Isolation => Isolate(worker),
            _ => BeginBetween(fault, worker, other, random),
        };
    }

    private Action BeginBetween(PlannedFault fault, SimulatedNode one, SimulatedNode other, SeededRandom random)
    {
        var network = _simulator.Network;
        switch (fault.Kind)
        {
            case FaultKind.Partition:
                network.Partition(one, other);
                return () => network.Repair(one, other);
            case FaultKind.OneWayPartition:
                network.PartitionOneWay(one, other);
                return () => network.RepairOneWay(one, other);
            case FaultKind.Delay:
                network.Delay(one, other, fault.Lasts / 4);
                return () => network.Delay(one, other, TimeSpan.Zero);
            case FaultKind.Hold:
                network.Hold(one, other);
                return () => network.Release(one, other);
            case FaultKind.DataLinkLoss:
                return Do(() => network.Drop(one, other));
            case FaultKind.ControlLinkLoss:
                return Do(() => network.DropControl(one, other));
            case FaultKind.Duplicate:
                return Do(() => network.Duplicate(one, other, 1 + random.Below(50)));
            default:
                throw new InvalidOperationException($"{fault.Kind} is not a fault between two nodes");
        }
    }

    private static Action Do(Action act)
    {
        act();
        return () => { };
    }

    private Action Crash(IReadOnlyList<SimulatedNode> nodes, CrashKind kind)
    {
        foreach (var node in nodes)
        {
            Disturb(node);
            _cluster.CrashWorker(node, kind);
        }

        return () =>
        {
            foreach (var node in nodes.Where(node => !node.IsRunning))
            {
                Disturb(node);
                _cluster.StartWorker(node);
            }
        };
    }

    private Action Freeze(SimulatedNode node)
    {
        node.Freeze();
        return () =>
        {
            Disturb(node);
            node.Thaw();
        };
    }

    private Action LeaveBehind(SimulatedNode node, SimulatedNode other, TimeSpan after)
    {
        _leftBehind.Add((node, after));
        _simulator.Network.Hold(_cluster.Coordinator, node);
        _simulator.Network.Drop(node, other);
        var thaw = Freeze(node);
        return () =>
        {
            _simulator.Network.Release(_cluster.Coordinator, node);
            thaw();
        };
    }

    private Action Leave(SimulatedNode node)
    {
        _cluster.Leave(node);
        var life = node.Incarnation;
        return () => StartOnceGone(node, life);
    }

    /// <summary>It may have to stay for a while until others hold what it holds.</summary>
    private void StartOnceGone(SimulatedNode node, int life)
    {
        if (!node.IsRunning)
        {
            Disturb(node);
            _cluster.StartWorker(node);
        }
        else if (node.Incarnation == life)
        {
            _simulator.After(TimeSpan.FromSeconds(1), () => StartOnceGone(node, life));
        }
    }

    private static Action Slow(SimulatedNode node, double factor)
    {
        node.Slow(factor);
        return () => node.Slow(1);
    }

    private Action Join()
    {
        if (_cluster.Workers.Count < 12)
        {
            var node = _cluster.AddWorker();
            Disturb(node);
            _cluster.StartWorker(node);
        }

        return () => { };
    }

    private Action CrashCoordinator(bool powerLost)
    {
        if (!_cluster.Coordinator.IsRunning)
        {
            return () => { };
        }

        _cluster.Coordinator.Crash(powerLost ? CrashKind.PowerFailure : CrashKind.Process);
        return () =>
        {
            _open++; // Revive ends what CheckDisk began in the same way
            Revive(powerLost);
        };
    }

    private void Revive(bool powerLost)
    {
        Disturb(_cluster.Coordinator);
        if (!_cluster.Coordinator.IsRunning)
        {
            _cluster.RestartCoordinator(powerLost);
        }

        Close();
    }

    private void Close()
    {
        _open--;
        _quietSince = _simulator.Now;
    }

    private static Action Jump(SimulatedNode node, SeededRandom random) =>
        Do(() => node.JumpClock(TimeSpan.FromHours(random.Below(48) - 24)));

    private Action FillDisk(SeededRandom random)
    {
        _cluster.Disk.FullAfter(random.Below(3000));
        return () => _cluster.Disk.FullAfter(1L << 40);
    }

    private Action Isolate(SimulatedNode node)
    {
        var others = _cluster.Workers.Append(_cluster.Coordinator).Where(one => one != node).ToList();
        others.ForEach(other => _simulator.Network.Partition(node, other));
        return () =>
        {
            Disturb(node);
            others.ForEach(other => _simulator.Network.Repair(node, other));
        };
    }

    private void Disturb(SimulatedNode node) => _disturbedAt[node] = _simulator.Now;

    private SimulatedNode Pick(SeededRandom random) => _cluster.Workers[random.Below(_cluster.Workers.Count)];

    private SimulatedNode PickOther(SimulatedNode one, SeededRandom random)
    {
        var others = _cluster.Workers.Append(_cluster.Coordinator).Where(other => other != one).ToList();
        return others[random.Below(others.Count)];
    }
}
