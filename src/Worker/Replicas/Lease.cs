using Distributed.Cluster.Messages;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>The steps of one plan at one worker: how they are dealt out, and what came of them.</summary>
internal sealed class Lease(TrainPlan plan)
{
    private readonly List<StepTotals> _steps = new(plan.StepCount);
    private Arrangement? _batch;
    private TimeSpan _elapsed;
    private long _samples;

    /// <summary>Ends with the report; continuations run where the last frame came in, so they must be quick.</summary>
    internal TaskCompletionSource<TrainDone> Result { get; } = new();

    internal Arrangement Batch => _batch!;

    internal TrainPlan Plan => plan;

    internal bool IsDone => _steps.Count == plan.StepCount;

    internal TimeSpan Compute { get; set; }

    internal long StepStarted { get; set; }

    /// <summary>Deals a step's mini-batch out; almost always like the one before.</summary>
    internal void Deal(
        BatchSchedule schedule, long step, Func<int, int, PieceMerge.Place> placeOf, PartialLayout partials)
    {
        var samples = schedule.SamplesIn(step);
        if (_batch?.Samples != samples)
        {
            var shards = plan.Sharding.Shards(samples, schedule.MicrobatchSize);
            _batch = new Arrangement(samples, shards, new PieceTable(shards, placeOf, partials));
        }
    }

    internal void Add(StepTotals totals, int rank, TimeSpan elapsed)
    {
        _steps.Add(totals);
        _samples += Batch.Shards[rank].Samples;
        _elapsed += elapsed;
    }

    internal TrainDone Report(int rank, NonFinite? broken) => new(
        plan.Generation, rank, plan.FirstStep, _steps, new WorkTiming(Compute, _elapsed - Compute, _samples), broken);

    /// <summary>One size of mini-batch, dealt out.</summary>
    internal sealed class Arrangement
    {
        internal Arrangement(int samples, IReadOnlyList<MicrobatchRange> shards, PieceTable table)
        {
            (Samples, Shards, Table) = (samples, shards, table);
            Pieces = [.. shards.Select(shard => CanonicalTree.PieceCount(shard.First, shard.Count))];
            PieceCount = Pieces.Sum();
            Microbatches = shards.Sum(shard => shard.Count);
        }

        internal int Samples { get; }

        internal IReadOnlyList<MicrobatchRange> Shards { get; }

        internal PieceTable Table { get; }

        /// <summary>Pieces that each worker's shard comes in, by rank.</summary>
        internal IReadOnlyList<int> Pieces { get; }

        internal int PieceCount { get; }

        internal int Microbatches { get; }
    }
}
