using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Memory;
using Distributed.Worker.Replicas;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>Watches a run throughout and ends it where a promise is broken.</summary>
/// <remarks>
/// The truth comes from the job's fault-free run and from the replicas themselves, never from messages.
/// </remarks>
internal sealed class Monitors(SimulatedJob job)
{
    /// <summary>How long a coordinator waits for lost members before it gives committed steps up.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(12);

    /// <summary>Virtual time that a run may take once faults have stopped.</summary>
    internal static readonly TimeSpan ProgressBound = TimeSpan.FromSeconds(240);

    /// <summary>
    /// Virtual time that may pass without progress while no fault is at work but pairs of workers that are cut off from
    /// each other, each of which costs a time-out of 10 s.
    /// </summary>
    internal static readonly TimeSpan StandstillMax = TimeSpan.FromSeconds(60);

    /// <summary>Events and slices waiting per node that no protocol of ours needs.</summary>
    private const int WaitingMax = 1_000;

    private readonly int[] _commits = new int[job.StepsTotal];
    private long _committed;
    private long _told;
    private long _toldMax;
    private long _saved;
    private long _generation;
    private long _begun;
    private TimeSpan _progressAt;
    private IReadOnlyList<string> _members = [];

    /// <summary>The cluster; set once it is built.</summary>
    internal SimulatedCluster Cluster { get; set; } = null!;

    /// <summary>What befalls the cluster; set once it is built.</summary>
    internal Mischief Mischief { get; set; } = null!;

    /// <summary>Hears every event of the job after the monitors have; set where a run measures something.</summary>
    internal Action<JobEvent> Heard { get; set; } = _ => { };

    internal JobEnded? End { get; private set; }

    internal void Hurt(string monitor, string problem) =>
        Cluster.Simulator.Report(new MonitorException(monitor, problem));

    internal void OnEvent(JobEvent happened)
    {
        Cluster.Simulator.Log.Write("observer", $"{happened}");
        switch (happened)
        {
            case StepsCommitted steps:
                OnCommitted(steps);
                break;
            case JobStarted started:
                OnStarted(started);
                break;
            case JobRolledBack back:
                _told = back.ToStep;
                break;
            case MembersChanged members:
                OnGeneration(members);
                break;
            case EpochCompleted epoch:
                OnEpoch(epoch);
                break;
            case CheckpointSaved saved:
                OnSaved(saved);
                break;
            case JobEnded end:
                OnEnd(end);
                break;
        }

        Heard(happened);
    }

    /// <summary>Looked at after every step of the simulation, cheaply.</summary>
    internal void Check()
    {
        if (Cluster.UnexpectedFrames > 0)
        {
            Hurt("no unhandled message", "a frame came that no state of the protocol explains");
        }

        CheckWaiting();
        CheckStandstill();
    }

    /// <summary>A worker's process has ended as it should; replica is what it held.</summary>
    internal void OnWorkerEnded(SimulatedNode node, Replica replica)
    {
        // Where all leave together a checkpoint takes their place.
        if (End is null && _members.Contains(node.Name) && replica.Current.Cursor is not null && _saved != _told)
        {
            Hurt("who leaves is replaced first", $"{node.Name} is let go, a member of generation {_generation}");
        }
    }

    /// <summary>A control message is on its way.</summary>
    internal object OnMessage(object message)
    {
        _begun = message is Regroup regroup ? Math.Max(_begun, regroup.Generation) : _begun;
        return message;
    }

    /// <summary>A coordinator has been started on the journal that the one before it has left.</summary>
    internal void OnJournalOpened(JournalState found)
    {
        if (found.Generation < _begun)
        {
            Hurt("a generation's number is used once", $"{_begun} was begun, the journal knows {found.Generation}");
        }

        if (found.Committed > _told)
        {
            Hurt("one generation commits a step", $"{_told} steps were told, the journal says {found.Committed}");
        }
    }

    /// <summary>A coordinator has been started on the disk that the one before it has left.</summary>
    internal void OnStoreOpened(JobCursor newest)
    {
        if (newest.Step < _saved)
        {
            Hurt("a saved checkpoint stays", $"the newest is of step {newest.Step}, one of step {_saved} was saved");
        }
    }

    /// <summary>Every state that any worker calls complete must be the true one, in every bit.</summary>
    internal void CheckReplicas()
    {
        foreach (var (node, replica) in Cluster.Replicas())
        {
            CheckState(node, replica.Current);
            CheckState(node, replica.Next);
        }
    }

    /// <summary>Nothing may pile up.</summary>
    private void CheckWaiting()
    {
        var waiting = Cluster.Simulator.WaitingCount;
        if (waiting > WaitingMax * (Cluster.Workers.Count + 1))
        {
            Hurt("nothing unbounded", $"{waiting} events and slices wait");
        }
    }

    /// <summary>Every wait has a bound, so that their sum has one.</summary>
    private void CheckStandstill()
    {
        var stands = Cluster.Simulator.Now - _progressAt;
        if (stands > StandstillMax && Mischief.Quiet > StandstillMax && End is null)
        {
            Hurt("every wait has a bound", $"nothing was told for {stands} although no fault is at work");
        }
    }

    private void OnCommitted(StepsCommitted committed)
    {
        var first = committed.FirstStep;
        if (first != _told)
        {
            Hurt("one generation commits a step", $"steps from {first} are told, {_told} were told before");
        }

        for (var i = 0; i < committed.Steps.Count; i++)
        {
            var step = first + i;
            _commits[step]++;
            if (committed.Steps[i] != job.Totals(step))
            {
                Hurt(
                    "every sample in exactly one step",
                    $"step {step} totals {committed.Steps[i]}, in truth {job.Totals(step)}");
            }
        }

        _told = first + committed.Steps.Count;
        _committed = Math.Max(_committed, _told);
        _toldMax = Math.Max(_toldMax, _told);
        _progressAt = Cluster.Simulator.Now;
        CheckReplicas();
        CheckMirrors(_told);
    }

    /// <summary>The sums that people are shown are the fault-free run's, in every bit.</summary>
    private void OnEpoch(EpochCompleted epoch)
    {
        var (train, test) = (job.Cursor(epoch.Step), job.Test(epoch.Epoch));
        var truth = new EpochCompleted(
            epoch.Epoch, (long)epoch.Epoch * job.Replica.Schedule.StepsPerEpoch, train.TrainLoss, train.TrainAccuracy,
            test.Loss, test.Accuracy);
        if (epoch != truth)
        {
            Hurt("true metrics", $"{epoch}, in truth {truth}");
        }

        _progressAt = Cluster.Simulator.Now;
    }

    private void OnSaved(CheckpointSaved saved)
    {
        if (saved.Step > _toldMax)
        {
            Hurt("a saved checkpoint stays", $"step {saved.Step} is saved, only {_toldMax} were told");
        }

        _saved = Math.Max(_saved, saved.Step);
    }

    /// <summary>A coordinator that was started again may tell anew what it does not know to have been told.</summary>
    private void OnStarted(JobStarted started)
    {
        if (started.FirstStep > _told)
        {
            Hurt("every sample in exactly one step", $"goes on from {started.FirstStep}, only {_told} were told");
        }

        _told = started.FirstStep;
    }

    private void OnGeneration(MembersChanged members)
    {
        if (members.Generation <= _generation)
        {
            Hurt("one generation commits a step", $"generation {members.Generation} follows {_generation}");
        }

        _generation = members.Generation;
        if (members.Step < _saved)
        {
            Hurt("a saved checkpoint stays", $"goes on from {members.Step}, step {_saved} was saved");
        }

        if (members.Step < _committed)
        {
            CheckGrace(members.Step);
            CheckLoss(members.Step);
        }

        _members = members.Workers;
        Mischief.OnGeneration();
        CheckReplicas();
        CheckMirrors(members.Step);
    }

    /// <summary>What some members hold together is waited for, whatever has befallen them.</summary>
    private void CheckGrace(long kept)
    {
        var members = Cluster.Replicas().Where(one => _members.Contains(one.Node.Name))
            .Select(one => one.Replica).ToList();
        if (Cluster.Simulator.Now - _progressAt < Grace && HighestHeld(members, kept) is { } step)
        {
            Hurt("no committed step lost", $"back to {kept} within {Grace}, but living members hold step {step}");
        }
    }

    /// <summary>Where everyone has a step, everyone but any one of them has it together.</summary>
    private void CheckMirrors(long step)
    {
        var members = Cluster.Replicas().Where(one => _members.Contains(one.Node.Name)).ToList();
        if (members.Count < 2 || members.Count != _members.Count || !job.Shape.HasOptimizerState)
        {
            return;
        }

        var states = members.Select(member => StateAt(member.Replica, step)).ToList();
        for (var lost = 0; lost < members.Count && states.TrueForAll(state => state is not null); lost++)
        {
            var left = states.Where((_, rank) => rank != lost).SelectMany(state => state!.State.Ranges);
            if (RangeSet.Of(left).Count < job.Shape.Length)
            {
                Hurt("one loss takes nothing away", $"only {members[lost].Node.Name} has a part of step {step}");
            }
        }
    }

    private static ReplicaState? StateAt(Replica replica, long step) =>
        replica.Current.Cursor?.Step == step ? replica.Current
            : replica.Next.Cursor?.Step == step ? replica.Next : null;

    /// <summary>The highest step above a given one that these hold together; null for none.</summary>
    private long? HighestHeld(IReadOnlyList<Replica> replicas, long above)
    {
        for (var step = _committed; step > above; step--)
        {
            var states = replicas.Select(replica => StateAt(replica, step)).OfType<ReplicaState>().ToList();
            var held = RangeSet.Of(states.SelectMany(state => state.State.Ranges));
            if (states.Count > 0 && (!job.Shape.HasOptimizerState || held.Count == job.Shape.Length))
            {
                return step;
            }
        }

        return null;
    }

    /// <summary>Committed steps may be given up only where no undisturbed workers hold them together.</summary>
    private void CheckLoss(long kept)
    {
        var healthy = Cluster.Replicas()
            .Where(one => !one.Node.IsFrozen && Mischief.Undisturbed(one.Node) > Grace * 2)
            .Select(one => one.Replica).ToList();
        if (HighestHeld(healthy, kept) is { } step)
        {
            Hurt("no committed step lost", $"back to {kept}, but workers hold step {step}");
        }

        _committed = kept;
    }

    private void OnEnd(JobEnded end)
    {
        End = end;
        CheckReplicas();
        if (end is not JobDone done)
        {
            Hurt("the job is done", $"{end}");
            return;
        }

        var (train, test) = (job.Cursor(job.StepsTotal), job.Test(job.Epochs));
        if (done.TrainLoss != train.TrainLoss || done.TestLoss != test.Loss || done.TestAccuracy != test.Accuracy)
        {
            Hurt("true metrics", $"{done}, in truth {train}, {test}");
        }

        if (done.Fingerprint != job.Fingerprint)
        {
            Hurt("one job, one fingerprint", $"{done.Fingerprint}, in truth {job.Fingerprint}");
        }

        for (var step = 0; step < _commits.Length; step++)
        {
            if (_commits[step] == 0)
            {
                Hurt("every sample in exactly one step", $"step {step} was never reported");
            }
        }
    }

    private void CheckState(SimulatedNode node, ReplicaState state)
    {
        if (state.Cursor is not { } cursor)
        {
            return;
        }

        if (cursor != job.Cursor(cursor.Step))
        {
            Hurt("true metrics", $"{node.Name} has {cursor}, in truth {job.Cursor(cursor.Step)}");
        }

        var truth = job.State(cursor.Step);
        if (!SameBits(state.Parameters.Span, truth.Parameters.Span))
        {
            Hurt("equal parameters on every worker", $"{node.Name} holds other weights at step {cursor.Step}");
        }

        foreach (var range in state.State.Ranges)
        {
            for (var slot = 0; slot < truth.Slots.Count; slot++)
            {
                if (!SameBits(Part(state.Slots[slot], range), Part(truth.Slots[slot], range)))
                {
                    Hurt(
                        "equal parameters on every worker",
                        $"{node.Name} holds other optimizer state at step {cursor.Step}, {range}");
                }
            }
        }
    }

    private static Span<float> Part(AlignedBuffer buffer, FlatRange range) =>
        buffer.Span.Slice(range.Offset, range.Count);

    private static bool SameBits(ReadOnlySpan<float> one, ReadOnlySpan<float> other) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(one)
            .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(other));
}
