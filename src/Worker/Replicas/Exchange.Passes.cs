using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <content>The passes over this worker's shards, from their beginning to their buckets.</content>
// Note [Ahead of the plan]: between two leases lies a round trip to the coordinator, half of a short step's time. What
// a worker computes in a step depends on the committed state and on its shard, and shards nearly always stay; so the
// pass of the next step is begun as soon as a lease has ended, unless the epoch has, and what it announces waits. If
// the plan comes and means the same shard, it is the step's pass. If it means another, its buckets are skipped when
// they come. Nothing leaves the worker before the plan has come.
internal sealed partial class Exchange
{
    /// <summary>
    /// A pass, the tail of the one before, whose last bucket was seen to, and between them one that nobody wanted.
    /// </summary>
    private const int PassesAlive = 3;

    private readonly ShardPass[] _passes;
    private long _begun;
    private long _announced;
    private long _handled;
    private long _skippedUpTo;
    private (MicrobatchRange Shard, long Started)? _ahead;
    private volatile bool _isAhead;

    /// <summary>Buckets are ready that have not been seen to, and can be. May be asked by anyone.</summary>
    internal bool IsAnnounced => !_isAhead && Volatile.Read(ref _announced) > Volatile.Read(ref _handled);

    /// <summary>So many buckets are ready, of all passes since the beginning. From any thread; never waits.</summary>
    internal void Announce(long total)
    {
        // One that comes late, behind a higher one, says nothing new.
        var seen = Volatile.Read(ref _announced);
        while (seen < total && Interlocked.CompareExchange(ref _announced, total, seen) is var now && now != seen)
        {
            seen = now;
        }

        _knock();
    }

    /// <summary>Sees to the buckets that were announced, in their order.</summary>
    internal void HandleAnnounced()
    {
        while (IsAnnounced)
        {
            var bucket = (int)(_handled % _plan.Buckets);
            var isSkipped = _handled < _skippedUpTo;
            Volatile.Write(ref _handled, _handled + 1);
            try
            {
                if (!isSkipped)
                {
                    OnReady(bucket);
                }
            }
            catch (Exception error)
            {
                OnComputeFailed(error); // it may be anybody's thread
            }
        }
    }

    private ShardPass LatestPass => _passes[(_begun - 1) % PassesAlive];

    private void StartStep(Lease lease)
    {
        _totals = null;
        _progress.Reset();
        _clipping?.Reset();
        lease.Deal(_job.Schedule, Step, _placeOf, _layout.Owner(_rank).Partials);
        var shard = lease.Batch.Shards[_rank];
        if (_ahead is { } ahead && ahead.Shard != shard)
        {
            DropAhead();
        }

        lease.StepStarted = _ahead?.Started ?? BeginPass(shard);
        (_ahead, _isAhead) = (null, false);
    }

    /// <summary>Begins the next step's pass before its plan.</summary>
    private void RunAhead(Lease ended)
    {
        ended.Deal(_job.Schedule, Step, _placeOf, _layout.Owner(_rank).Partials);
        var shard = ended.Batch.Shards[_rank];
        _isAhead = true;
        _ahead = (shard, BeginPass(shard));
    }

    /// <summary>The pass that was begun ahead is not the step's: it failed, or is over another shard.</summary>
    private void DropAhead()
    {
        _skippedUpTo = _begun * _plan.Buckets;
        (_ahead, _isAhead) = (null, false);
    }

    /// <summary>Begins the present step's pass over a shard; returns when that was.</summary>
    private long BeginPass(in MicrobatchRange shard)
    {
        var pass = _passes[_begun % PassesAlive];
        pass.Set(Step, _replica.Current.Parameters, shard, Arrivals(Step), _begun++ * _plan.Buckets);
        _compute.RunInParts(ComputeKind.Shard, pass);
        return _clock.GetTimestamp();
    }
}
