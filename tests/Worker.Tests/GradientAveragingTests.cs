using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Backends.Reference;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Worker.Tests;

/// <summary>
/// Data parallelism itself: a probe plays the coordinator, real worker actors with compute threads do steps, and the
/// state afterwards is compared in bits with one worker's. The learning rate is −1 and the optimizer plain SGD from
/// parameters of zero where the averaged gradient itself is looked at.
/// </summary>
public sealed class GradientAveragingTests : TestKit
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Workers_UpdateToTheBitsOfOneWorker_WhenShardsAreEqual(int workers) =>
        Assert.Equal(Train(Sharding.Equal(1)), Train(Sharding.Equal(workers)));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(7, 1, 3)]
    [InlineData(0, 1)]
    [InlineData(1, 0, 0, 2)]
    public void Workers_UpdateToTheBitsOfOneWorker_WhenShardsAreUnequal(params int[] weights) =>
        Assert.Equal(Train(Sharding.Equal(1)), Train(new Sharding(weights)));

    [Fact]
    public void Workers_UpdateToTheBitsOfOneWorker_WhenAParameterIsUsedInSeveralPlaces()
    {
        var shared = new Sequential { new SmallJob.Recurrent(), new Linear(6, 3) };
        Assert.Equal(2 + 1, SmallJob.Create(1, model: shared).TrainingPlan.Partials.Terms.Count);
        Assert.Equal(Train(Sharding.Equal(1), shared), Train(new Sharding([2, 1, 4]), shared));
    }

    [Theory]
    [InlineData(2, 1, 4)]
    [InlineData(1, 1, 1, 1, 1)]
    public void Workers_UpdateToTheBitsOfOneWorker_WhenLayersLookAtSamples(params int[] weights) =>
        Assert.Equal(
            Train(Sharding.Equal(1), SmallJob.Sampling), Train(new Sharding(weights), SmallJob.Sampling));

    [Theory]
    [InlineData(3, 1)]
    [InlineData(9, 1)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(6, 2, 5)]
    public void Workers_UpdateToTheBitsOfOneRun_WhenTheyRunSomeMicrobatchesAfterTheOthers(
        int samplesAtOnce, params int[] weights) =>
        Assert.Equal(
            Train(Sharding.Equal(1), SmallJob.Sampling, SmallJob.BatchSize),
            Train(new Sharding(weights), SmallJob.Sampling, samplesAtOnce));

    [Fact]
    public void Workers_ReportTheSameTotals_WhenTheirPartsDiffer()
    {
        var job = SmallJob.Create(workers: 3);
        var reports = Lease(job, Sharding.Equal(3), job.Schedule.StepsPerEpoch);
        Assert.Equal(reports[0].Steps, reports[1].Steps);
        Assert.Equal(reports[0].Steps, reports[2].Steps);
        Assert.Equal(SmallJob.Samples, reports[0].Steps.Sum(step => step.Samples));
        Assert.Equal(SmallJob.Samples, reports.Sum(report => report.Timing.Samples));
    }

    /// <summary>The averaged gradient is the gradient of the mean loss, by the double-precision oracle.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AveragedGradient_IsTheGradientOfTheMeanLoss_WhenThreeWorkersShareABatch(bool sharesParameters)
    {
        var model = sharesParameters ? new Sequential { new SmallJob.Recurrent(), new Linear(6, 3) } : null;
        var job = SmallJob.Create(workers: 3, rate: 1, model: model);
        var start = job.State.Parameters.Span.ToArray();
        Lease(job, Sharding.Equal(3), steps: 1);

        var gradients = job.Graph.Gradients;
        var plan = Plan.Compile(gradients, SmallJob.BatchSize, BatchMode.Whole);
        var oracle = new ReferenceEvaluator(plan);
        var order = job.Schedule.Order(0);
        for (var i = 0; i < SmallJob.BatchSize; i++)
        {
            var features = new float[job.Data.Train.FeatureCount];
            job.Data.Train.ReadFeatures((int)order[i], features);
            for (var f = 0; f < features.Length; f++)
            {
                oracle.Input("features", SmallJob.BatchSize)[(i * features.Length) + f] = features[f];
            }

            var target = new float[1];
            job.Data.Train.ReadTarget((int)order[i], target);
            oracle.Input("target", SmallJob.BatchSize)[i] = target[0];
        }

        start.Select(value => (double)value).ToArray().CopyTo(oracle.Parameters, 0);
        oracle.Run(SmallJob.BatchSize);
        var sums = plan.Outputs.SelectMany(output => oracle.Output(output, 1).ToArray()).ToArray();
        for (var i = 0; i < start.Length; i++)
        {
            Assert.Equal(sums[i] / SmallJob.BatchSize, start[i] - job.State.Parameters.Span[i], 1e-6);
        }
    }

    /// <summary>
    /// The collective alone: pieces of unequal shards finish to the whole batch's sum, short end included.
    /// </summary>
    [Fact]
    public void Pieces_FinishToTheSingleWorkersGradient_WhereverTheBatchIsCut()
    {
        var job = SmallJob.Create(workers: 1);
        foreach (var samples in new[] { SmallJob.BatchSize, 21, 5 })
        {
            var whole = PartialSumsOf(job, samples, [MicrobatchRange.Whole(samples, SmallJob.MicrobatchSize)]);
            var microbatches = MicrobatchRange.CountOf(samples, SmallJob.MicrobatchSize);
            for (var cut = 0; cut <= microbatches; cut++)
            {
                var left = MicrobatchRange.Part(samples, SmallJob.MicrobatchSize, 0, cut);
                var right = MicrobatchRange.Part(samples, SmallJob.MicrobatchSize, cut, microbatches - cut);
                Assert.Equal(whole, PartialSumsOf(job, samples, [left, right]));
                for (var atOnce = 1; atOnce <= 4; atOnce++)
                {
                    Assert.Equal(
                        whole, PartialSumsOf(job, samples, [left, right], atOnce * SmallJob.MicrobatchSize));
                }
            }
        }
    }

    /// <summary>Runs without partial sums, more micro-batches than a plan takes at once.</summary>
    [Fact]
    public void Evaluation_HasTheLossesOfEachMicrobatch_WhenTheSetIsLargerThanARun()
    {
        var job = SmallJob.Create(workers: 1);
        var set = new SmallJob.Blobs(800);
        var computation = new Engine.Training.ShardComputation(
            job.EvaluationPlan, job.Graph.CountsHits, job.Backend, set, job.State.Parameters, PartialSums.None);
        var whole = MicrobatchRange.Whole(set.Count, SmallJob.MicrobatchSize);
        Assert.True(whole.Samples > job.EvaluationPlan.SamplesMax);
        var (losses, hits) = (new float[whole.Count], new float[whole.Count]);
        computation.Run(null, 0, whole, losses, hits);
        for (var i = 0; i < whole.Count; i++)
        {
            var (loss, hit) = (new float[1], new float[1]);
            computation.Run(null, 0, whole.Slice(i, 1), loss, hit);
            Assert.Equal((losses[i], hits[i]), (loss[0], hit[0]));
        }
    }

    /// <summary>The pieces that waited when a sample could not be read are not the next run's.</summary>
    [Fact]
    public void Sums_AreThoseOfTheNextRun_WhenOneInPartsHasFailed()
    {
        var (failed, failedSums) = InParts(new SmallJob.Blobs(100) { Unreadable = 10 });
        Assert.Throws<IOException>(() => Run(failed, MicrobatchRange.Whole(24, SmallJob.MicrobatchSize)));
        var (fresh, freshSums) = InParts(new SmallJob.Blobs(100));
        var last = MicrobatchRange.Part(24, SmallJob.MicrobatchSize, 7, 1);
        Run(failed, last);
        Run(fresh, last);
        Assert.Contains(freshSums.Piece(0).ToArray(), sum => sum != 0);
        Assert.Equal(freshSums.Piece(0).ToArray(), failedSums.Piece(0).ToArray());

        static (Engine.Training.ShardComputation, PartialSums) InParts(SmallJob.Blobs data)
        {
            var job = SmallJob.Create(workers: 1, train: data);
            var plan = job.Graph.TrainingPlan(SmallJob.MicrobatchSize);
            var sums = new PartialSums(plan.Partials.Length, CanonicalTree.WaitingMax(8));
            return (new Engine.Training.ShardComputation(
                plan, job.Graph.CountsHits, job.Backend, data, job.State.Parameters, sums), sums);
        }

        static void Run(Engine.Training.ShardComputation computation, MicrobatchRange range) =>
            computation.Run(null, 0, range, new float[range.Count], new float[range.Count]);
    }

    private static uint[] PartialSumsOf(
        LocalJob job, int samples, MicrobatchRange[] shards, int samplesAtOnce = SmallJob.BatchSize)
    {
        var plan = job.Graph.TrainingPlan(samplesAtOnce);
        var sources = new List<PartialSums>();
        foreach (var shard in shards)
        {
            var partials = new PartialSums(plan.Partials.Length, CanonicalTree.WaitingMax(shard.Count));
            var computation = new Engine.Training.ShardComputation(
                plan, job.Graph.CountsHits, job.Backend, job.Data.Train, job.State.Parameters, partials);
            computation.Run(job.Schedule.Order(0), 0, shard, new float[shard.Count], new float[shard.Count]);
            sources.Add(partials);
        }

        // SGD with rate 1 from a state of zeros leaves minus the finished sum, divided by the weight.
        var optimizer = new Engine.Optimizers.Sgd(1);
        var state = new Engine.Training.TrainingState(job.Graph.Layout, optimizer);
        Engine.Training.ParameterUpdate.Create(state.Optimizer, job.Path, state.Layout).Apply(
            new PieceTable(shards, sources, plan.Partials), 0, state.Buffers, state.Buffers, 0, state.Layout.Length,
            new Engine.Optimizers.StepTerms(1, 1, samples));
        return SmallJob.BitsOf(state);
    }

    private uint[] Train(Sharding sharding, Layer? model = null, int? samplesAtOnce = null)
    {
        var job = SmallJob.Create(sharding.Workers, model: model, samplesAtOnce: samplesAtOnce);
        Lease(job, sharding, job.Schedule.StepsPerEpoch);
        return SmallJob.BitsOf(job.State);
    }

    /// <summary>Plays the coordinator for one lease and returns the workers' reports by rank.</summary>
    private List<TrainDone> Lease(LocalJob job, Sharding sharding, int steps)
    {
        var lead = new PlayedCoordinator(this);
        var threads = Enumerable.Range(0, sharding.Workers)
            .Select(rank => new ComputeThread($"worker {rank}")).ToList();
        var workers = threads
            .Select(thread => new LocalShardWork(new LocalSteps(job, TimeProvider.System), thread))
            .Select(work => lead.Start(work)).ToList();
        lead.Form(1, workers);
        for (var rank = 0; rank < workers.Count; rank++)
        {
            lead.Tell(workers[rank], new TrainPlan(1, rank, 0, steps, sharding));
        }

        var reports = workers.Select(_ => lead.Probe.ExpectMsg<TrainDone>(Ample)).OrderBy(done => done.Rank).ToList();
        threads.ForEach(thread => thread.Dispose());
        return reports;
    }
}
