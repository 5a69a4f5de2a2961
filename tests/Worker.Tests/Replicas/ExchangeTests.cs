using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Optimizers.Schedules;
using Distributed.Worker.Local;

namespace Distributed.Worker.Tests.Replicas;

/// <summary>
/// Replicas that exchange partial sums, weights and optimizer state over a seeded network have, after every lease, the
/// bits of one worker by itself.
/// </summary>
public sealed class ExchangeTests
{
    private const int Steps = 7;

    private static readonly SingleWorker ByMomentum = new(Steps, new Momentum(0.1f));
    private static readonly SingleWorker BySgd = new(Steps, new Sgd(0.1f));

    public static TheoryData<int, int, bool> Groups
    {
        get
        {
            var groups = new TheoryData<int, int, bool>();
            foreach (var workers in Enumerable.Range(1, 9))
            {
                foreach (var buckets in new[] { 1, 2, 5 })
                {
                    groups.Add(workers, buckets, true);
                    groups.Add(workers, buckets, false);
                }
            }

            return groups;
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Replicas_HaveTheBitsOfOneWorker_WhateverOrderFramesComeIn(int workers, int buckets, bool momentum)
    {
        Optimizer optimizer = momentum ? new Momentum(0.1f) : new Sgd(0.1f);
        for (var seed = 0; seed < 3; seed++)
        {
            var sharding = seed == 0 ? Sharding.Equal(workers) : Uneven(workers, seed);
            Check(momentum ? ByMomentum : BySgd, optimizer, null, buckets, sharding, seed);
        }
    }

    /// <summary>
    /// Every owner needs all owners' squares before it updates, and the corrections are those of the step.
    /// </summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(9, 5)]
    public void Replicas_HaveTheBitsOfOneWorker_WhenGradientsAreClippedByTheirNorm(int workers, int buckets)
    {
        var optimizer = new AdamW(0.05f)
        {
            Regularisation = new Regularisation { ClipNorm = 0.2f, L2 = 1e-3f },
            Schedule = new CosineRate { WarmUp = 3 },
        };
        var oracle = new SingleWorker(Steps, optimizer);
        for (var seed = 0; seed < 4; seed++)
        {
            var sharding = seed == 0 ? Sharding.Equal(workers) : Uneven(workers, seed);
            Check(oracle, optimizer, null, buckets, sharding, seed);
        }
    }

    public static TheoryData<int, int> Teams
    {
        get
        {
            var teams = new TheoryData<int, int>();
            foreach (var workers in Enumerable.Range(1, 3))
            {
                foreach (var threads in Enumerable.Range(1, 4).Append(9))
                {
                    teams.Add(workers, threads);
                }
            }

            return teams;
        }
    }

    // A mini-batch has 8 micro-batches, the last one of an epoch 2 with a short one: with these weights shards have
    // every size from 0 to 8, so threads get nothing, one micro-batch, or parts that cross nodes of the tree.
    [Theory]
    [MemberData(nameof(Teams))]
    public void Replicas_HaveTheBitsOfOneThread_HoweverManyThreadsEachHas(int workers, int threads)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            Check(
                ByMomentum, new Momentum(0.1f), null, buckets: 1 + (seed % 4), Uneven(workers, seed), seed, threads);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    public void Replicas_HaveTheBitsOfOneThread_WhenGradientsHaveSeveralTerms(int workers, int threads)
    {
        var model = new Sequential { new SmallJob.Recurrent(), new Linear(6, 3) };
        var oracle = new SingleWorker(Steps, new Momentum(0.1f), model);
        for (var seed = 0; seed < 5; seed++)
        {
            Check(oracle, new Momentum(0.1f), model, 1 + seed, Uneven(workers, seed), seed, threads);
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 5)]
    public void Replicas_HaveTheBitsOfOneWorker_WhenGradientsHaveSeveralTerms(int workers, int buckets)
    {
        var model = new Sequential { new SmallJob.Recurrent(), new Linear(6, 3) };
        var oracle = new SingleWorker(Steps, new Momentum(0.1f), model);
        for (var seed = 0; seed < 5; seed++)
        {
            Check(oracle, new Momentum(0.1f), model, buckets, Uneven(workers, seed), seed);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    public void Replicas_HaveTheBitsOfOneWorker_WhenLayersLookAtSamples(int workers, int threads)
    {
        var oracle = new SingleWorker(Steps, new Momentum(0.1f), SmallJob.Sampling);
        for (var seed = 0; seed < 5; seed++)
        {
            Check(
                oracle, new Momentum(0.1f), SmallJob.Sampling, 1 + seed, Uneven(workers, seed), seed, threads);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(2, 3)]
    public void Replicas_HaveTheBitsOfOneWorker_WhenTheyRunOneMicrobatchAfterTheOther(int workers, int threads)
    {
        var model = new Sequential { new SmallJob.Swelling(), new Linear(6, 3) };
        Assert.Equal(
            SmallJob.MicrobatchSize,
            SmallJob.Replicated(new Momentum(0.1f), model: model).TrainingPlan(SmallJob.BatchSize).SamplesMax);
        var oracle = new SingleWorker(Steps, new Momentum(0.1f), model);
        for (var seed = 0; seed < 3; seed++)
        {
            Check(oracle, new Momentum(0.1f), model, 1 + seed, Uneven(workers, seed), seed, threads);
        }
    }

    [Fact]
    public void Replicas_HaveTheBitsOfOneWorker_WhenAGradientHasManyTerms()
    {
        var model = new Sequential { new SmallJob.Unrolled(40), new Linear(6, 3) };
        var oracle = new SingleWorker(Steps, new Momentum(0.1f), model);
        Check(oracle, new Momentum(0.1f), model, buckets: 2, new Sharding([3, 5]), seed: 1);
    }

    [Fact]
    public void Lease_EndsAtTheLastGoodStepWithOneFinding_WhenALossIsNotFinite()
    {
        var train = new SmallJob.Blobs(SmallJob.Samples) { Poisoned = 40 };
        var alone = new LocalSteps(SmallJob.Create(workers: 1, train: train), TimeProvider.System)
            .Train(new TrainPlan(1, 0, 0, 5, Sharding.Equal(1)));
        for (var seed = 0; seed < 40; seed++)
        {
            var group = new ReplicaGroup(
                SmallJob.Replicated(new Momentum(0.1f), train), 1 + (seed % 3), seed, threads: 1 + (seed / 3 % 3));
            group.Form(group.Add(1 + (seed % 4)));
            var sharding = Uneven(group.Members.Count, seed);
            var reports = group.TrainTo(5, sharding);
            Assert.All(reports, report => Assert.Equal(alone.Steps, report.Steps));
            Assert.Equal(
                alone.NonFinite, Assert.Single(reports, report => report.NonFinite is not null).NonFinite);
            AssertAll(ByMomentum, group, alone.Steps.Count, 1 + (seed % 3));
            group.AssertNoUnexpectedFrames();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Evaluate_CoversEveryHeldOutSampleOnce_WhenReplicasShareIt(int threads)
    {
        var group = new ReplicaGroup(SmallJob.Replicated(new Momentum(0.1f)), buckets: 2, seed: 1, threads);
        group.Form(group.Add(3));
        var sharding = new Sharding([2, 0, 3]);
        var parts = group.Members.Select((member, rank) =>
            member.Work.Evaluate(new EvaluatePlan(1, rank, sharding))).ToList();
        group.RunUntilIdle();
        var done = await Task.WhenAll(parts);
        var whole = new LocalSteps(SmallJob.Create(workers: 1), TimeProvider.System)
            .Evaluate(new EvaluatePlan(1, 0, Sharding.Equal(1)));
        Assert.Equal(whole.Losses, done.SelectMany(part => part.Losses));
        Assert.Equal(whole.Hits, done.SelectMany(part => part.Hits));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Train_SaysThatItFailedItself_WhicheverThreadDid(int threads)
    {
        // Every mini-batch of the epoch but the first few has it at some thread, at another place each time.
        for (var sample = 0; sample < SmallJob.Samples; sample += 9)
        {
            var train = new SmallJob.Blobs(SmallJob.Samples) { Unreadable = sample };
            var job = SmallJob.Replicated(new Momentum(0.1f), train);
            var group = new ReplicaGroup(job, buckets: 2, seed: 1, threads);
            group.Form(group.Add(1));
            var lease = group.BeginTraining(job.Schedule.StepsPerEpoch, Sharding.Equal(1))[0];
            group.RunUntilIdle();
            var failed = await Assert.ThrowsAsync<WorkException>(() => lease);
            var step = group.Members[0].Work.Replica.Current.Cursor!.Step + 1;
            Assert.Equal(($"compute, step {step}", "disk on fire"), (failed.Phase, failed.InnerException!.Message));
        }
    }

    [Fact]
    public async Task Evaluate_SaysThatItFailedItself_WhenASampleCannotBeRead()
    {
        var healthy = SmallJob.Replicated(new Momentum(0.1f));
        var test = new SmallJob.Blobs(50) { Unreadable = 3 };
        var job = healthy with { Data = new Engine.Data.DataSplit(healthy.Data.Train, test) };
        var group = new ReplicaGroup(job, buckets: 1, seed: 1);
        group.Form(group.Add(1));
        var evaluation = group.Members[0].Work.Evaluate(new EvaluatePlan(1, 0, Sharding.Equal(1)));
        group.RunUntilIdle();
        var failed = await Assert.ThrowsAsync<WorkException>(() => evaluation);
        Assert.Equal(("evaluate", "disk on fire"), (failed.Phase, failed.InnerException!.Message));
    }

    internal static void AssertAll(SingleWorker oracle, ReplicaGroup group, long step, int buckets)
    {
        for (var rank = 0; rank < group.Members.Count; rank++)
        {
            var replica = group.Members[rank].Work.Replica;
            var plan = new Cluster.Collectives.BucketPlan(
                replica.Current.Parameters.Length, buckets, group.Members.Count);
            oracle.AssertEqual(step, replica, plan.Kept(rank));
        }
    }

    /// <summary>Weights from 0 to 4, so that shards may be empty.</summary>
    internal static Sharding Uneven(int workers, int seed)
    {
        var random = new Random(seed);
        var weights = Enumerable.Range(0, workers).Select(_ => random.Next(5)).ToArray();
        weights[random.Next(workers)] += 1;
        return new Sharding(weights);
    }

    private static void Check(
        SingleWorker oracle, Optimizer optimizer, Layer? model, int buckets, Sharding sharding, int seed,
        int threads = 1)
    {
        var group = new ReplicaGroup(SmallJob.Replicated(optimizer, model: model), buckets, seed, threads);
        group.Form(group.Add(sharding.Workers));
        var reports = group.TrainTo(Steps, sharding);
        Assert.All(reports, report => Assert.Equal(oracle.Totals.TakeLast(report.Steps.Count), report.Steps));
        AssertAll(oracle, group, Steps, buckets);
        group.AssertNoUnexpectedFrames();
    }
}
