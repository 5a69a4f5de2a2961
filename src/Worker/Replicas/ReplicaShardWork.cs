using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>
/// The work of a worker that has weights of its own and reaches the others over data links: it forms generations,
/// trains, evaluates, and keeps what it holds through every fault.
/// </summary>
/// <remarks>
/// One gate guards all state; frames, compute and the actor pass through it one at a time. Whatever belongs to an older
/// generation is dropped at the gate.
/// </remarks>
public sealed class ReplicaShardWork : IShardWork, IDataReceiver
{
    private readonly Lock _gate = new();
    private readonly ReplicaJob _job;
    private readonly ICompute _compute;
    private readonly IDataLink _link;
    private readonly TimeProvider _clock;
    private readonly Replica _replica;
    private readonly ShardRunner _runner;
    private readonly SortedSet<int> _greeted = [];
    private Action<PeersLost> _lost = _ => { };
    private long _generation;
    private Form? _form;
    private Formation? _formation;
    private Exchange? _exchange;

    public ReplicaShardWork(ReplicaJob job, ICompute compute, IDataLink link, TimeProvider clock)
    {
        (_job, _compute, _link, _clock) = (job, compute, link, clock);
        _replica = new Replica(job);
        _runner = new ShardRunner(job);
    }

    /// <summary>What this worker holds.</summary>
    public Replica Replica => _replica;

    /// <summary>Frames that no state of the protocol explains; 0 unless the program has a defect.</summary>
    public long UnexpectedFrames { get; private set; }

    public void Open(Action<PeersLost> lost)
    {
        _lost = lost;
        _link.Open(this);
    }

    public Standing Halt(Regroup regroup)
    {
        lock (_gate)
        {
            _generation = regroup.Generation;
            EndExchange();
            (_form, _formation) = (null, null);
            _greeted.Clear();
            _link.Reset();
            var (from, totals) = _replica.TotalsSince(regroup.KnownStep);
            return new Standing(regroup.Generation, _replica.Holdings, from, totals);
        }
    }

    public Task<Formed> Form(Form form)
    {
        lock (_gate)
        {
            if (form.Generation != _generation || _form is not null)
            {
                return Task.FromException<Formed>(Ended(form.Generation));
            }

            _form = form;
            _replica.Remember(form.Cursor.Step, form.Totals);
            _formation = new Formation(form, _replica, _job, _link, _greeted);
            _formation.Start();
            return _formation.Result;
        }
    }

    public PeersLost? Missing()
    {
        lock (_gate)
        {
            return _formation?.Missing();
        }
    }

    public Task<TrainDone> Train(TrainPlan plan)
    {
        lock (_gate)
        {
            if (plan.Generation != _generation)
            {
                return Task.FromException<TrainDone>(Ended(plan.Generation));
            }

            BeginExchange();
            return _exchange!.Train(plan);
        }
    }

    public Task<EvaluateDone> Evaluate(EvaluatePlan plan)
    {
        lock (_gate)
        {
            var test = _job.Data.Test ?? throw new InvalidOperationException("no samples are held out");
            var shard = plan.Sharding.Shards(test.Count, _job.Schedule.MicrobatchSize)[plan.Rank];
            var parameters = _replica.Current.Parameters;
            return _compute.Run(ComputeKind.Evaluation, () =>
            {
                var (losses, hits) = (new float[shard.Count], new float[shard.Count]);
                try
                {
                    _runner.Evaluate(parameters, shard, losses, hits);
                }
                catch (Exception error)
                {
                    throw new WorkException("evaluate", error);
                }

                return new EvaluateDone(plan.Generation, plan.Rank, losses, hits);
            });
        }
    }

    public void Save(SavePlan plan)
    {
        lock (_gate)
        {
            if (plan.Generation != _generation || _form is null)
            {
                return;
            }

            var owned = _job.Layout(_form.Buckets, _form.Members.Length).Plan.Owned(_form.Rank);
            Send(plan, FrameKind.SavedWeights, 0, owned, _replica.Current.Parameters);
            for (var slot = 0; slot < _replica.Current.Slots.Count; slot++)
            {
                Send(plan, FrameKind.SavedState, slot, owned, _replica.Current.Slots[slot]);
            }
        }
    }

    void IDataReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        lock (_gate)
        {
            if (header.Generation != _generation)
            {
                return; // of another membership: see the fence in docs/protocol.md
            }

            if (_form is null)
            {
                // The others may know the plan already.
                if (header.Kind == FrameKind.Hello)
                {
                    _greeted.Add(header.From);
                }

                return;
            }

            if (header.Kind is FrameKind.Hello or FrameKind.WeightsTransfer or FrameKind.StateTransfer)
            {
                _formation!.OnFrame(header, floats);
                return;
            }

            BeginExchange();
            _exchange!.OnFrame(header, floats);
        }
    }

    void IDataReceiver.OnPeerLost(string address, string reason) => OnPeerLost(address, long.MaxValue, reason);

    void IDataReceiver.OnPeerLost(string address, long generation, string reason) =>
        OnPeerLost(address, generation, reason);

    private void OnPeerLost(string address, long generation, string reason)
    {
        PeersLost? lost = null;
        lock (_gate)
        {
            // Of a node that is no member, only what it gives or keeps can be lost.
            if (_form is not null && generation >= _generation)
            {
                lost = new PeersLost(_generation, _form.Rank, [_form.Members.IndexOf(address)], reason);
            }
        }

        if (lost is not null)
        {
            _lost(lost);
        }
    }

    /// <summary>
    /// The first plan, or the first frame of a member that has got it sooner, begins the steps of a generation.
    /// </summary>
    private void BeginExchange() =>
        _exchange ??= new Exchange(_job, _replica, _runner, _link, _clock, _form!, Compute);

    private void EndExchange()
    {
        if (_exchange is { } ended)
        {
            UnexpectedFrames += ended.UnexpectedFrames;
            ended.Abandon();
            _exchange = null;
        }
    }

    private void Compute(Exchange exchange, Action work)
    {
        _ = _compute.RunInParts(ComputeKind.Shard, work, _form!.Buckets, bucket => Within(
                exchange, () => exchange.OnReady(bucket)))
            .ContinueWith(
                failed => Within(exchange, () => exchange.OnComputeFailed(failed.Exception!.InnerException!)),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
    }

    private void Within(Exchange exchange, Action act)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_exchange, exchange))
            {
                act();
            }
        }
    }

    private void Send(SavePlan plan, FrameKind kind, int slot, RangeSet owned, AlignedBuffer source)
    {
        foreach (var range in owned.Ranges)
        {
            // A copy, because the next step but one overwrites the state.
            var copy = new AlignedBuffer(range.Count);
            source.Span.Slice(range.Offset, range.Count).CopyTo(copy.Span);
            var header = new FrameHeader(kind, plan.Generation, plan.Cursor.Step, _form!.Rank, 0, slot, 0, 0);
            _link.SendRange(plan.Store, header, range, copy, range.Offset);
        }
    }

    private static CollectiveException Ended(long generation) => new($"generation {generation} has ended");
}
