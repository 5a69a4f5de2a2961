using Distributed.Cluster.Messages;
using Distributed.Engine.Memory;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>
/// Runs shards on all threads of a worker: each computes a part of the shard, and bucket by bucket their partial sums
/// are added up to those that one thread would have made.
/// </summary>
/// <remarks>
/// A bucket that is final at every thread during the pass is summed by the last of them, while the others go on; those
/// that become final at the end of the pass are summed by all together, each a part of the floats. With one thread
/// nothing is summed or copied. For the compute's leading thread; runs allocate nothing.
/// </remarks>
internal sealed class TeamRunner
{
    /// <summary>Shapes of shards that are kept: full and short mini-batches of a few leases.</summary>
    private const int ShardsKept = 16;

    private readonly ReplicaJob _job;
    private readonly ICompute _compute;
    private readonly ShardRunner[] _threads;
    private readonly Arrivals[] _arrivals;
    private readonly Dictionary<MicrobatchRange, TeamShard> _shards = [];
    private readonly Action<int> _runPart;
    private readonly Action<int> _sumPart;
    private readonly Lock _ordering = new();
    private Permutation? _order;
    private long _orderEpoch = -1;
    private ShardPass? _pass;
    private TeamShard? _shard;
    private IPartsReady _ready = NobodyWaits.Instance;
    private int[] _come = [];
    private bool[] _isSummed = [];
    private int _inOrder;

    internal TeamRunner(ReplicaJob job, ICompute compute)
    {
        (_job, _compute) = (job, compute);
        _threads = [.. Enumerable.Range(0, compute.Threads).Select(_ => new ShardRunner(job))];
        _arrivals = [.. _threads.Select(_ => new Arrivals(this))];
        (_runPart, _sumPart) = (RunPart, SumPart);
    }

    /// <summary>Where a piece of the latest shard lies; left alone until the next shard runs.</summary>
    internal PieceMerge.Place PlaceOf(int piece) =>
        _threads.Length == 1 ? new PieceMerge.Place(_threads[0].Partials, piece) : _shard!.Merge.PlaceOf(piece);

    /// <summary>Runs a pass. Units: room is the most micro-batches that a shard of the generation may have.</summary>
    internal void Run(ShardPass pass, int room, IPartsReady ready)
    {
        OrderOf(pass.Step);
        if (pass.Shard.Count == 0)
        {
            ready.OnReady(pass.Parts);
        }
        else if (_threads.Length == 1)
        {
            _threads[0].Prepare(pass.Shard, room);
            RunPart(0, pass, pass.Shard, ready);
        }
        else
        {
            RunTogether(pass, room, ready);
        }
    }

    internal void Evaluate(AlignedBuffer parameters, MicrobatchRange shard, float[] losses, float[] hits)
    {
        var parts = RangeCut.Into(shard, _threads.Length);
        _compute.Together(thread =>
        {
            var part = parts[thread];
            var place = part.First - shard.First;
            _threads[thread].Evaluate(
                parameters, part, losses.AsSpan(place, part.Count), hits.AsSpan(place, part.Count));
        });
    }

    internal NonFinite? FindBroken(
        long step, AlignedBuffer parameters, ReadOnlySpan<float> losses, int rank, in MicrobatchRange shard) =>
        _threads[0].FindBroken(OrderOf(step), step, parameters, losses, rank, shard);

    private void RunTogether(ShardPass pass, int room, IPartsReady ready)
    {
        (_pass, _ready, _shard, _inOrder) = (pass, ready, ShardOf(pass.Shard, room), 0);
        if (_come.Length != pass.Parts)
        {
            (_come, _isSummed) = (new int[pass.Parts], new bool[pass.Parts]);
        }

        Array.Clear(_come);
        Array.Clear(_isSummed);
        _compute.Together(_runPart);
        if (_shard.Merge.HasSums)
        {
            _compute.Together(_sumPart);
        }
        else
        {
            ready.OnReady(pass.Parts);
        }
    }

    private void RunPart(int thread)
    {
        var (pass, part, arrivals) = (_pass!, _shard!.Parts[thread], _arrivals[thread]);
        arrivals.Told = 0;
        if (part.Count == 0)
        {
            arrivals.OnReady(pass.Parts);
        }
        else
        {
            RunPart(thread, pass, part, arrivals);
        }
    }

    private void RunPart(int thread, ShardPass pass, in MicrobatchRange part, IPartsReady ready) =>
        _threads[thread].Run(
            _order!, pass.Step, pass.Parameters, part, pass.Losses.AsSpan(part.First, part.Count),
            pass.Hits.AsSpan(part.First, part.Count), pass.Ready, ready);

    /// <summary>A thread's part of the buckets that became final at the end of the pass.</summary>
    private void SumPart(int thread)
    {
        for (var bucket = _pass!.Ready.BeforeLast; bucket < _pass.Parts; bucket++)
        {
            var stretches = _pass.Layout.Bucket(bucket);
            for (var i = 0; i < stretches.Count; i++)
            {
                var first = PartStart(stretches[i].Count, thread);
                var end = PartStart(stretches[i].Count, thread + 1);
                _shard!.Merge.Run(stretches[i].From + first, end - first);
            }

            Come(bucket, isWhole: true);
        }
    }

    /// <summary>Equal parts, in whole cache lines.</summary>
    private int PartStart(int count, int thread) => thread == _threads.Length
        ? count
        : (int)((long)count * thread / _threads.Length / AlignedBuffer.LineFloats * AlignedBuffer.LineFloats);

    /// <summary>One thread is done with a bucket; the last one tells, after it has summed what is not yet.</summary>
    private void Come(int bucket, bool isWhole)
    {
        if (Interlocked.Increment(ref _come[bucket]) < _threads.Length)
        {
            return;
        }

        var stretches = _pass!.Layout.Bucket(bucket);
        for (var i = 0; i < stretches.Count && !isWhole; i++)
        {
            _shard!.Merge.Run(stretches[i].From, stretches[i].Count);
        }

        var (before, now) = (0, 0);
        lock (_ordering)
        {
            _isSummed[bucket] = true;
            before = _inOrder;
            while (_inOrder < _isSummed.Length && _isSummed[_inOrder])
            {
                _inOrder++;
            }

            now = _inOrder;
        }

        if (now > before)
        {
            _ready.OnReady(now);
        }
    }

    private TeamShard ShardOf(in MicrobatchRange shard, int room)
    {
        if (!_shards.TryGetValue(shard, out var found))
        {
            var parts = RangeCut.Into(shard, _threads.Length);
            var most = (room + _threads.Length - 1) / _threads.Length;
            var hasMoved = false;
            for (var thread = 0; thread < _threads.Length; thread++)
            {
                hasMoved |= _threads[thread].Prepare(parts[thread], most);
            }

            if (hasMoved || _shards.Count == ShardsKept)
            {
                _shards.Clear();
            }

            var sources = _threads.Select(thread => thread.Partials).ToList();
            found = new TeamShard(parts, PieceMerge.Create(shard, parts, sources, _job.Path));
            _shards.Add(shard, found);
        }

        return found;
    }

    private Permutation OrderOf(long step)
    {
        var epoch = _job.Schedule.Epoch(step);
        if (_orderEpoch != epoch)
        {
            (_order, _orderEpoch) = (_job.Schedule.Order(epoch), epoch);
        }

        return _order!;
    }

    /// <summary>What one thread has told of its part.</summary>
    private sealed class Arrivals(TeamRunner team) : IPartsReady
    {
        internal int Told { get; set; }

        public void OnReady(int count)
        {
            for (var end = Math.Min(count, team._pass!.Ready.BeforeLast); Told < end; Told++)
            {
                team.Come(Told, isWhole: false);
            }
        }
    }
}
