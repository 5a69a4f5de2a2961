using System.Collections.Concurrent;
using Distributed.Cluster.Collectives;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;
using Distributed.Engine.Training;

namespace Distributed.Worker.Replicas;

/// <summary>What a worker with a copy of its own of the weights knows of the job. Shared and never changed.</summary>
public sealed record ReplicaJob : WorkerJob
{
    /// <summary>Gradients become final in parts of about a bucket of two workers.</summary>
    private const int StripFloats = 2 * BucketPlan.SegmentFloats;

    private readonly ConcurrentDictionary<int, Plan> _plans = new();
    private readonly ConcurrentDictionary<(int Buckets, int Workers), GroupLayout> _layouts = new();
    private readonly ConcurrentDictionary<int, ReadyParts> _ready = new();

    public required Optimizer Optimizer { get; init; }

    /// <summary>What the starting weights are a function of.</summary>
    public required ulong Seed { get; init; }

    /// <summary>A job's model and optimizer for these data.</summary>
    /// <remarks>Errors: UserErrorException or ShapeException where the job does not fit the data.</remarks>
    public static ReplicaJob Of(Job job, DataSplit data)
    {
        Catalog.CheckHeldOut(job, data);
        var graph = Catalog.Graph(job, data.Train);
        var schedule = new BatchSchedule(data.Train.Count, job.SamplesPerStep, job.MicrobatchSize, job.Seed);
        return new ReplicaJob
        {
            Graph = graph,
            Schedule = schedule,
            StepsTotal = (long)job.Epochs * schedule.StepsPerEpoch,
            Data = data,
            EvaluationPlan = graph.EvaluationPlan(job.MicrobatchSize),
            Optimizer = Catalog.Optimizer(job),
            Seed = job.Seed,
        };
    }

    /// <summary>How the gradients' partial sums lie.</summary>
    public PartialLayout Partials => TrainingPlan(1).Partials;

    /// <summary>A training plan for shards of so many samples at most, all or some of them at a time; made once per
    /// size.</summary>
    public Plan TrainingPlan(int samplesMax) => _plans.GetOrAdd(
        samplesMax, (size, job) => job.Graph.ShardPlan(size, job.Schedule.MicrobatchSize, StripFloats), this);

    /// <summary>When in a pass each bucket becomes final; made once per number of buckets.</summary>
    public ReadyParts Ready(int buckets) => _ready.GetOrAdd(
        buckets,
        (count, job) => ReadyParts.Of(
            job.TrainingPlan(1),
            [.. Enumerable.Range(0, count).Select(bucket => job.Layout(count, 1).Bucket(bucket)
                .Select(stretch => (stretch.From, stretch.Count)).ToList())]),
        this);

    /// <summary>Who owns what in a group of so many workers; made once per size.</summary>
    public GroupLayout Layout(int buckets, int workers) => _layouts.GetOrAdd(
        (buckets, workers),
        (size, job) => new GroupLayout(job.Graph.Layout.Length, size.Buckets, size.Workers, job.Partials),
        this);
}
