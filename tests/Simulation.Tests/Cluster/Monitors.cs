using Distributed.Cluster;
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

    /// <summary>Events and slices waiting per node that no protocol of ours needs.</summary>
    private const int WaitingMax = 20_000;

    private readonly int[] _commits = new int[job.StepsTotal];
    private long _committed;
    private long _told;
    private long _generation;

    /// <summary>The cluster; set once it is built.</summary>
    internal SimulatedCluster Cluster { get; set; } = null!;

    /// <summary>Tells since when a node has been undisturbed.</summary>
    internal Func<SimulatedNode, TimeSpan> Undisturbed { get; set; } = _ => TimeSpan.Zero;

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
    internal void CheckWaiting(long waiting)
    {
        if (waiting > WaitingMax * (long)(Cluster.Workers.Count + 1))
        {
            Hurt("nothing unbounded", $"{waiting} events and slices wait");
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
        CheckReplicas();
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
        if (members.Step < _committed)
        {
            CheckLoss(members.Step);
        }

        CheckReplicas();
    }

    /// <summary>Committed steps may be given up only where no undisturbed workers hold them together.</summary>
    private void CheckLoss(long kept)
    {
        var healthy = Cluster.Replicas()
            .Where(one => !one.Node.IsFrozen && Undisturbed(one.Node) > Grace * 2)
            .Select(one => one.Replica).ToList();
        for (var step = kept + 1; step <= _committed; step++)
        {
            var states = healthy.SelectMany(replica => new[] { replica.Current, replica.Next })
                .Where(state => state.Cursor?.Step == step).ToList();
            var held = RangeSet.Of(states.SelectMany(state => state.State.Ranges));
            if (states.Count > 0 && (!job.Shape.HasOptimizerState || held.Count == job.Shape.Length))
            {
                Hurt("no committed step lost", $"back to {kept}, but workers hold step {step}");
            }
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
