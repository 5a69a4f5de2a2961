using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>
/// A worker's copy of what training changes, twice: the state of the last committed step, and the one before it or the
/// one that is being made.
/// </summary>
/// <remarks>
/// Note [Two states are enough]: the first float of step s + 2 is written only after every worker has sent partial sums
/// computed from the weights of step s + 1, hence has all of step s + 1, its mirrored optimizer state included. So when
/// step s is overwritten nobody needs it, and workers differ by one step at most.
/// Optimizer state is kept where this worker owns or mirrors it. The buffers span the whole model all the same: memory
/// that is never written takes address space only.
/// </remarks>
public sealed class Replica
{
    /// <summary>Steps whose totals are remembered, for a coordinator that has missed them.</summary>
    private const int TotalsMax = 4096;

    private readonly Queue<StepTotals> _totals = new();
    private long _totalsFrom;

    public Replica(ReplicaJob job)
    {
        Current = new ReplicaState(job);
        Next = new ReplicaState(job);
    }

    /// <summary>The state that training goes on from.</summary>
    public ReplicaState Current { get; private set; }

    /// <summary>The state that is being made; until it is begun, the one before the current.</summary>
    public ReplicaState Next { get; private set; }

    /// <summary>What of both is worth telling.</summary>
    public IReadOnlyList<Holding> Holdings =>
        [.. new[] { Current, Next }.Where(state => state.Cursor is not null)
            .Select(state => new Holding(state.Cursor!, state.State))];

    /// <summary>The next state is complete and becomes the current one.</summary>
    public void Commit(StepTotals totals, int stepsPerEpoch, RangeSet kept)
    {
        Next.Complete(Current.Cursor!.After(totals, stepsPerEpoch), kept);
        Remember(Current.Cursor!.Step, totals);
        Swap();
    }

    /// <summary>Takes over what others remember of the steps up to this one, not included.</summary>
    public void Remember(long end, IReadOnlyList<StepTotals> totals)
    {
        for (var i = 0; i < totals.Count; i++)
        {
            Remember(end - totals.Count + i, totals[i]);
        }
    }

    /// <summary>Makes the state of this step the current one, where it is held.</summary>
    public bool TrySelect(long step)
    {
        if (Current.Cursor?.Step != step && Next.Cursor?.Step == step)
        {
            Swap();
        }

        return Current.Cursor?.Step == step;
    }

    /// <summary>Gives the current state up for one that is about to be filled.</summary>
    public void Replace()
    {
        Swap();
        Current.Invalidate();
    }

    /// <summary>The remembered totals of the steps from this one up to the newest state that is held.</summary>
    public (long From, IReadOnlyList<StepTotals> Totals) TotalsSince(long step)
    {
        var end = Math.Min(
            _totalsFrom + _totals.Count, Math.Max(Current.Cursor?.Step ?? 0, Next.Cursor?.Step ?? 0));
        var from = Math.Clamp(step, Math.Min(_totalsFrom, end), end);
        return (from, [.. _totals.Skip((int)(from - _totalsFrom)).Take((int)(end - from))]);
    }

    private void Remember(long step, StepTotals totals)
    {
        // After a roll back the steps are done again, to the same totals.
        if (step < _totalsFrom + _totals.Count && step >= _totalsFrom)
        {
            return;
        }

        if (step != _totalsFrom + _totals.Count)
        {
            _totals.Clear();
            _totalsFrom = step;
        }

        _totals.Enqueue(totals);
        if (_totals.Count > TotalsMax)
        {
            _totals.Dequeue();
            _totalsFrom++;
        }
    }

    private void Swap() => (Current, Next) = (Next, Current);
}

/// <summary>Weights and optimizer state of one step, complete or in the making.</summary>
public sealed class ReplicaState
{
    internal ReplicaState(ReplicaJob job)
    {
        Parameters = new AlignedBuffer(job.Graph.Layout.Length);
        Slots = [.. job.Optimizer.Slots.Select(_ => new AlignedBuffer(job.Graph.Layout.Length))];
    }

    public AlignedBuffer Parameters { get; }

    public IReadOnlyList<AlignedBuffer> Slots { get; }

    internal StateBuffers Buffers => new(Parameters, Slots);

    /// <summary>Which step's state this is; null while it is incomplete.</summary>
    public JobCursor? Cursor { get; private set; }

    /// <summary>Where the optimizer's state is valid.</summary>
    public RangeSet State { get; private set; } = RangeSet.Empty;

    internal void Invalidate() => (Cursor, State) = (null, RangeSet.Empty);

    internal void Complete(JobCursor cursor, RangeSet state) => (Cursor, State) = (cursor, state);
}
