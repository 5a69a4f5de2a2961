using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>
/// The steps of one generation at one worker: compute the shard, send partial sums to their owners, finish and update
/// what it owns, send that to everyone, and go on once everything of the step has come.
/// </summary>
/// <remarks>
/// <code>
/// shard ─▶ losses to all ─▶ bucket by bucket, as each becomes ready:
///            partial sums to its owners ─▶ (all in, losses finite) finish, update ─▶ weights to all, state to mirror
///          ─▶ (all weights and all mirrored state in) the step is committed here
/// </code>
/// Frames of the next step may come before this one is complete (see <see cref="StepArrivals"/>); weights never do,
/// because an owner needs this worker's partial sums first.
/// Nothing is sent again and nothing is waited for by the clock: a lost frame is a lost link, which ends the
/// generation.
/// Calls come one at a time; whoever calls holds the gate. What compute threads announce is only noted, and seen to by
/// whoever is inside.
/// </remarks>
internal sealed partial class Exchange
{
    private readonly ReplicaJob _job;
    private readonly Replica _replica;
    private readonly TeamRunner _runner;
    private readonly IDataLink _link;
    private readonly TimeProvider _clock;
    private readonly Form _form;
    private readonly GroupLayout _layout;
    private readonly BucketPlan _plan;
    private readonly int _rank;
    private readonly PartialSums?[] _received;
    private readonly Func<int, int, PieceMerge.Place> _placeOf;
    private readonly int[] _stretchCounts;
    private readonly RangeSet _kept;
    private readonly StepArrivals[] _arrivals;
    private readonly AlignedBuffer[] _lossFrames;
    private readonly ParameterUpdate _update;
    private readonly BucketProgress _progress;
    private readonly Clipping? _clipping;
    private readonly ICompute _compute;
    private readonly Action _knock;
    private readonly Action<Exchange, Action> _within;
    private Lease? _lease;
    private StepTotals? _totals;

    /// <param name="knock">Called when something was announced; whoever is inside the gate then calls
    /// <see cref="HandleAnnounced"/>.</param>
    /// <param name="within">Calls its second argument within the gate, unless this exchange is over.</param>
    internal Exchange(
        ReplicaJob job, Replica replica, TeamRunner runner, IDataLink link, TimeProvider clock, Form form,
        ICompute compute, Action knock, Action<Exchange, Action> within)
    {
        (_job, _replica, _runner, _link, _clock, _form) = (job, replica, runner, link, clock, form);
        (_compute, _knock, _within) = (compute, knock, within);
        _layout = job.Layout(form.Buckets, form.Members.Length);
        (_plan, _rank) = (_layout.Plan, form.Rank);
        var microbatches = MicrobatchRange.CountOf(job.Schedule.BatchSize, job.Schedule.MicrobatchSize);
        var pieces = CanonicalTree.PiecesMax(form.Shards);
        var own = _layout.Owner(_rank);
        _stretchCounts = [.. Enumerable.Range(0, _plan.Buckets).Select(bucket => own.Stretches(bucket).Count)];
        var stretchesMax = _stretchCounts.Max();
        _received = new PartialSums?[pieces];
        _placeOf = (worker, piece) => new PieceMerge.Place(Received(piece), worker);
        _arrivals = [.. Enumerable.Range(0, 2)
            .Select(_ => new StepArrivals(_plan.Workers, _plan.Buckets, pieces * stretchesMax, microbatches))];
        _lossFrames = [.. Enumerable.Range(0, 2).Select(_ => new AlignedBuffer(2 * microbatches))];
        _update = ParameterUpdate.Create(job.Optimizer, job.Path, job.Graph.Layout);
        _progress = new BucketProgress(_plan, _rank, job.Optimizer.Slots.Count);
        _clipping = job.Optimizer.Regularisation.ClipNorm is null ? null : new Clipping(_plan, job.Path);
        _kept = _plan.Kept(_rank);
        _passes = [.. Enumerable.Range(0, PassesAlive)
            .Select(_ => new ShardPass(this, runner, clock, _layout, job.Ready(form.Buckets), form.Shards))];
        Step = replica.Current.Cursor!.Step;
        Arrivals(Step).Reset(Step);
        Arrivals(Step + 1).Reset(Step + 1);
    }

    internal long Generation => _form.Generation;

    /// <summary>
    /// Frames that fit neither the present step nor the next: none, if everyone keeps to the protocol.
    /// </summary>
    internal long UnexpectedFrames { get; private set; }

    /// <summary>The current state's. Kept here, as every frame asks and the way to it is long.</summary>
    private long Step { get; set; }

    /// <summary>Trains the steps of a lease; the task ends after the last or at a broken loss.</summary>
    internal Task<TrainDone> Train(TrainPlan plan)
    {
        if (plan.FirstStep != Step || _lease is not null)
        {
            throw new InvalidOperationException($"plan for step {plan.FirstStep} at step {Step}");
        }

        _lease = new Lease(plan);
        StartStep(_lease);
        return _lease.Result.Task;
    }

    /// <summary>The shard's computation failed. From any thread.</summary>
    internal void Fail(Exception error) => _within(this, () => OnComputeFailed(error));

    /// <summary>A bucket's own partial sums are there, and at the first one the losses too.</summary>
    private void OnReady(int bucket)
    {
        if (_lease is not { } lease)
        {
            return; // the losses turned out broken meanwhile
        }

        if (bucket == 0)
        {
            SendLosses(lease);
        }

        if (bucket == _plan.Buckets - 1)
        {
            lease.Compute += _clock.GetElapsedTime(lease.StepStarted, LatestPass.Ended);
        }

        SendPartials(lease, bucket);
        _progress.SetReady(bucket);
        if (bucket == 0)
        {
            OnLosses();
        }

        TryUpdate(bucket);
    }

    /// <summary>The shard's computation failed; the reason becomes the lease's.</summary>
    private void OnComputeFailed(Exception error)
    {
        if (_ahead is not null)
        {
            DropAhead(); // once the plan has come, it fails again, or does not
        }

        _lease?.Result.TrySetException(new WorkException($"compute, step {Step + 1}", error));
    }

    /// <summary>Ends the lease that is under way: a newer generation has begun.</summary>
    internal void Abandon() =>
        _lease?.Result.TrySetException(new CollectiveException($"generation {Generation} has ended"));

    internal void OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        switch (header.Kind)
        {
            case FrameKind.Losses when header.Step == Step || header.Step == Step + 1:
                OnLosses(header, floats);
                break;
            case FrameKind.Partials when header.Step == Step || header.Step == Step + 1:
                OnPartials(header, floats);
                break;
            case FrameKind.Weights when header.Step == Step && _lease is not null:
                OnWeights(header, floats);
                break;
            case FrameKind.Mirror when header.Step == Step && _lease is not null:
                OnMirror(header, floats);
                break;
            case FrameKind.Norms when header.Step == Step && _lease is not null && _clipping is not null:
                OnNorms(_clipping, header, floats);
                break;
            case var _ when header.Step < Step:
                break; // came twice, the second time late
            default:
                UnexpectedFrames++;
                break;
        }
    }

    private StepArrivals Arrivals(long step) => _arrivals[step & 1];

    private void OnLosses(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        var arrivals = Arrivals(header.Step);
        if (!arrivals.TryAddLosses(header.From))
        {
            return;
        }

        var count = header.Count / 2;
        floats[..count].CopyTo(arrivals.Losses.AsSpan(header.Offset));
        floats[count..].CopyTo(arrivals.Hits.AsSpan(header.Offset));
        if (header.Step == Step)
        {
            OnLosses();
        }
    }

    /// <summary>Once all losses are in, the step is either good for everyone or for nobody.</summary>
    private void OnLosses()
    {
        var arrivals = Arrivals(Step);
        if (_lease is not { } lease || arrivals.HeardCount < _plan.Workers || _totals is not null)
        {
            return;
        }

        var microbatches = lease.Batch.Microbatches;
        var totals = _job.Totals(
            Step, CanonicalTree.Sum(arrivals.Losses.AsSpan(0, microbatches)),
            CanonicalTree.Sum(arrivals.Hits.AsSpan(0, microbatches)));
        _totals = totals;
        if (!float.IsFinite(totals.Loss))
        {
            FindBroken(lease, arrivals);
            return;
        }

        for (var bucket = 0; bucket < _plan.Buckets && _lease == lease; bucket++)
        {
            TryUpdate(bucket);
        }
    }

    /// <summary>Looks for what broke once the pass is over, which still uses the same memory; then ends the lease.
    /// </summary>
    private void FindBroken(Lease lease, StepArrivals arrivals)
    {
        var (step, parameters) = (Step, _replica.Current.Parameters);
        _ = _compute.Run(ComputeKind.Shard, () => _runner.FindBroken(
            step, parameters, arrivals.Losses.AsSpan(0, lease.Batch.Microbatches), _rank, lease.Batch.Shards[_rank]))
            .ContinueWith(
                found => _within(this, () => EndBroken(lease, found)), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void EndBroken(Lease lease, Task<NonFinite?> found)
    {
        if (found.Exception?.InnerException is { } error)
        {
            OnComputeFailed(error);
        }
        else
        {
            EndLease(lease, found.Result);
        }
    }

    private void OnPartials(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (Arrivals(header.Step).TryAddPart(header.Bucket, header.From, header.Part))
        {
            var piece = header.Part / _stretchCounts[header.Bucket];
            floats.CopyTo(Received(piece).Piece(header.From)[header.Offset..]);
            if (header.Step == Step)
            {
                TryUpdate(header.Bucket);
            }
        }
    }

    /// <summary>Updates this worker's segment of a bucket, once every partial sum and every loss is in.</summary>
    private void TryUpdate(int bucket)
    {
        if (_lease is not { } lease || _totals is not { } totals || !float.IsFinite(totals.Loss)
            || !_progress.IsReady(bucket) || _progress.IsUpdated(bucket) || _clipping?.IsFinished(bucket) == true
            || Arrivals(Step).PartCount(bucket) < ExpectedParts(lease, bucket))
        {
            return;
        }

        if (_clipping is { } clipping)
        {
            Finish(clipping, lease, bucket);
            return;
        }

        var segment = _plan.Segment(bucket, _rank);
        if (segment.Count > 0)
        {
            Update(lease, bucket, segment);
        }

        _progress.SetUpdated(bucket);
        TryCommit(lease);
    }

    private void Update(Lease lease, int bucket, FlatRange segment)
    {
        var (from, to) = (_replica.Current, _replica.Next);
        to.Invalidate();
        _update.Apply(
            lease.Batch.Table, _layout.Owner(_rank).ResultOffset(bucket), from.Buffers, to.Buffers, segment.Offset,
            segment.Count, _job.Terms(_job.Optimizer, Step, lease.Plan));
        SendUpdated(to, bucket, segment);
    }

    private void SendUpdated(ReplicaState to, int bucket, FlatRange segment)
    {
        for (var i = 1; i < _plan.Workers; i++)
        {
            Send(
                (_rank + i) % _plan.Workers, FrameKind.Weights, bucket, 0, segment.Offset, segment.Count,
                to.Parameters, segment.Offset);
        }

        for (var slot = 0; slot < to.Slots.Count && _plan.Workers > 1; slot++)
        {
            Send(
                _plan.MirrorOf(_rank), FrameKind.Mirror, bucket, slot, segment.Offset, segment.Count, to.Slots[slot],
                segment.Offset);
        }
    }

    private void OnWeights(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (_progress.TryAddWeights(header.Bucket, header.From))
        {
            _replica.Next.Invalidate();
            floats.CopyTo(_replica.Next.Parameters.Span[header.Offset..]);
            TryCommit(_lease!);
        }
    }

    private void OnMirror(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        if (_progress.TryAddMirror(header.Bucket, header.Part))
        {
            _replica.Next.Invalidate();
            floats.CopyTo(_replica.Next.Slots[header.Part].Span[header.Offset..]);
            TryCommit(_lease!);
        }
    }

    private void TryCommit(Lease lease)
    {
        if (!_progress.IsComplete)
        {
            return;
        }

        var totals = _totals!.Value;
        var done = Step;
        _replica.Commit(totals, _job.Schedule.StepsPerEpoch, _kept);
        Step++;
        Arrivals(done).Reset(done + 2);
        lease.Add(totals, _rank, _clock.GetElapsedTime(lease.StepStarted));
        if (lease.IsDone)
        {
            EndLease(lease, null);
        }
        else
        {
            StartStep(lease);
        }
    }

    private void EndLease(Lease lease, NonFinite? broken)
    {
        _lease = null;
        lease.Result.TrySetResult(lease.Report(_rank, broken));
        if (broken is null && _job.Schedule.StepInEpoch(Step) != 0)
        {
            RunAhead(lease);
        }
    }

    private int ExpectedParts(Lease lease, int bucket)
    {
        var pieces = lease.Batch.PieceCount - lease.Batch.Pieces[_rank];
        return pieces * _stretchCounts[bucket];
    }
}
