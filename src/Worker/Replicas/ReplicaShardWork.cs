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
    private readonly Gate _gate;
    private readonly ReplicaJob _job;
    private readonly ICompute _compute;
    private readonly IDataLink _link;
    private readonly TimeProvider _clock;
    private readonly Replica _replica;
    private readonly TeamRunner _runner;
    private readonly SortedSet<int> _greeted = [];
    private Action<PeersLost> _lost = _ => { };
    private long _evaluating;
    private long _generation;
    private Form? _form;
    private Formation? _formation;
    private volatile Exchange? _exchange;
    private string? _savesTo;

    /// <param name="compute">Where shards run; its threads share each of them.</param>
    public ReplicaShardWork(ReplicaJob job, ICompute compute, IDataLink link, TimeProvider clock)
    {
        (_job, _compute, _link, _clock) = (job, compute, link, clock);
        _replica = new Replica(job);
        _runner = new TeamRunner(job, compute);
        _gate = new Gate(() => _exchange is { IsAnnounced: true }, () => _exchange!.HandleAnnounced());
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
        using (_gate.Enter())
        {
            _generation = regroup.Generation;
            EndExchange();
            (_form, _formation, _savesTo) = (null, null, null);
            _greeted.Clear();
            _link.Reset();
            var (from, totals) = _replica.TotalsSince(regroup.KnownStep);
            return new Standing(regroup.Generation, _replica.Holdings, from, totals);
        }
    }

    public Task<Formed> Form(Form form)
    {
        Task<Formed> done;
        using (_gate.Enter())
        {
            done = Begin(form);
        }

        return done;
    }

    public PeersLost? Missing()
    {
        using (_gate.Enter())
        {
            return _formation?.Missing();
        }
    }

    public Position? Position()
    {
        using (_gate.Enter())
        {
            return _form is not { Rank: >= 0 } form ? null
                : _evaluating == form.Generation
                    ? new Position(form.Generation, form.Rank, _replica.Current.Cursor?.Step ?? 0, 0, true, [])
                : _exchange?.Position()
                    ?? new Position(form.Generation, form.Rank, _replica.Current.Cursor?.Step ?? 0, 0, false, []);
        }
    }

    public Task<TrainDone> Train(TrainPlan plan)
    {
        Task<TrainDone> done;
        using (_gate.Enter())
        {
            done = Begin(plan);
        }

        return done;
    }

    public Task<EvaluateDone> Evaluate(EvaluatePlan plan)
    {
        Task<EvaluateDone> done;
        using (_gate.Enter())
        {
            done = Begin(plan);
        }

        return done;
    }

    public void Save(SavePlan plan)
    {
        using (_gate.Enter())
        {
            if (plan.Generation != _generation || _form is null)
            {
                return;
            }

            _savesTo = plan.Store;
            _link.Renew(plan.Store); // what went to it before, it does not wait for
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
        using (_gate.Enter())
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
        using (_gate.Enter())
        {
            if (_form is not null && generation >= _generation && Matters(address))
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
    /// Of a node that is no member only what it gives or keeps can be lost. Others may be members of before, whose end
    /// is told late.
    /// </summary>
    private bool Matters(string address) =>
        _form!.Members.Contains(address) || address == _savesTo
        || (_exchange is null && _form.Incoming.Any(transfer => transfer.From == address));

    private Task<Formed> Begin(Form form)
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

    private Task<TrainDone> Begin(TrainPlan plan)
    {
        if (plan.Generation != _generation)
        {
            return Task.FromException<TrainDone>(Ended(plan.Generation));
        }

        BeginExchange();
        return _exchange!.Train(plan);
    }

    private Task<EvaluateDone> Begin(EvaluatePlan plan)
    {
        var test = _job.Data.Test ?? throw new InvalidOperationException("no samples are held out");
        var shard = plan.Sharding.Shards(test.Count, _job.Schedule.MicrobatchSize)[plan.Rank];
        var parameters = _replica.Current.Parameters;
        _evaluating = plan.Generation;
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
            finally
            {
                Interlocked.CompareExchange(ref _evaluating, 0, plan.Generation);
            }

            return new EvaluateDone(plan.Generation, plan.Rank, losses, hits);
        });
    }

    /// <summary>
    /// The first plan, or the first frame of a member that has got it sooner, begins the steps of a generation.
    /// </summary>
    private void BeginExchange() =>
        _exchange ??= new Exchange(
            _job, _replica, _runner, _link, _clock, _form!, _compute, _gate.Knock, Within);

    private void EndExchange()
    {
        if (_exchange is { } ended)
        {
            UnexpectedFrames += ended.UnexpectedFrames;
            ended.Abandon();
            _exchange = null;
        }
    }

    private void Within(Exchange exchange, Action act)
    {
        using (_gate.Enter())
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
