using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Worker.Local;

namespace Distributed.Worker.Tests;

/// <summary>Running statistics: what a step makes of them, and what evaluation makes of the result.</summary>
public sealed class StatisticTests
{
    private const int Features = 6;

    private static readonly Sequential Model = new() { new BatchNorm(Features, Share: 0.25f), new Linear(Features, 3) };

    [Fact]
    public void Statistics_FollowTheMicrobatchesAndNotTheOptimizer_WhenAStepIsDone()
    {
        var job = SmallJob.Create(workers: 1, model: Model);
        new LocalSteps(job, TimeProvider.System).Train(new TrainPlan(1, 0, 0, 1, Sharding.Equal(1)));
        var order = job.Schedule.Order(0);
        for (var feature = 0; feature < Features; feature++)
        {
            var (mean, variance) = (0.0, 0.0);
            for (var first = 0; first < SmallJob.BatchSize; first += SmallJob.MicrobatchSize)
            {
                var values = Enumerable.Range(first, SmallJob.MicrobatchSize)
                    .Select(place => Feature(job, (int)order[place], feature)).ToArray();
                mean += values.Average() * SmallJob.MicrobatchSize / SmallJob.BatchSize;
                variance += values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1)
                    * SmallJob.MicrobatchSize / SmallJob.BatchSize;
            }

            Assert.Equal(0.25 * mean, Values(job, "batchnorm1.mean")[feature], 1e-6);
            Assert.Equal(0.75 + (0.25 * variance), Values(job, "batchnorm1.variance")[feature], 1e-6);
        }

        var slot = job.State.Layout.Slots.Single(slot => slot.Name == "batchnorm1.mean");
        Assert.All(job.State.Slots[0].Span.Slice(slot.Offset, slot.Length).ToArray(), value => Assert.Equal(0, value));
        Assert.Contains(Values(job, "batchnorm1.weight"), value => value != 1);
    }

    [Fact]
    public void BatchNorm_TakesTheRunningStatistics_WhenAGraphIsNotForTraining()
    {
        var graph = new Graph(training: false);
        var x = graph.Input("x", TensorShape.Batch(2, 1, 2));
        var y = new Sequential { new BatchNorm(2, Epsilon: 0), new Dropout(0.9f) }.Apply(x);
        var run = new GraphRun([y], samples: 2);
        float[][] values = [[2, 3], [1, -1], [10, 20], [4, 16]];
        for (var i = 0; i < values.Length; i++)
        {
            run.Set(graph.Parameters[i], values[i]);
        }

        run.Set(x, [12, 14, 16, 20, 10, 8, 36, 40]);
        run.Run();
        Assert.Equal([3, 5, -4, -1, 1, -1, 11, 14], run.Get(y).ToArray());
    }

    /// <summary>Eight steps cross an epoch's end; after the third, everything but the state is made anew.</summary>
    [Fact]
    public void Steps_GiveTheSameBits_WhenLayersLookAtSamplesAndTheJobIsResumed()
    {
        var whole = SmallJob.Create(workers: 1, model: SmallJob.Sampling);
        new LocalSteps(whole, TimeProvider.System).Train(new TrainPlan(1, 0, 0, 8, Sharding.Equal(1)));
        var first = SmallJob.Create(workers: 1, model: SmallJob.Sampling);
        new LocalSteps(first, TimeProvider.System).Train(new TrainPlan(1, 0, 0, 3, Sharding.Equal(1)));
        var second = SmallJob.Create(workers: 1, model: SmallJob.Sampling);
        first.State.Parameters.Span.CopyTo(second.State.Parameters.Span);
        first.State.Slots[0].Span.CopyTo(second.State.Slots[0].Span);
        new LocalSteps(second, TimeProvider.System).Train(new TrainPlan(1, 0, 3, 5, Sharding.Equal(1)));
        Assert.Equal(SmallJob.BitsOf(whole.State), SmallJob.BitsOf(second.State));
        Assert.NotEqual(SmallJob.BitsOf(whole.State), SmallJob.BitsOf(first.State));
    }

    /// <summary>What is observed is no gradient: zeros stand in its place, and the two halves of an update are one.
    /// </summary>
    [Fact]
    public void Statistics_DoNotCountInTheGradientsNorm_AndFollowAllTheSame()
    {
        var optimizer = new Engine.Optimizers.Adam(0.01f) { KeepsBest = true };
        var job = SmallJob.Create(workers: 1, model: Model, optimizer: optimizer);
        var (plan, count) = (job.TrainingPlan, job.State.Layout.Length);
        var partials = new PartialSums(plan.Partials.Length, CanonicalTree.PiecesMax(SmallJob.BatchSize));
        for (var i = 0; i < partials.Buffer.Length; i++)
        {
            partials.Buffer.Span[i] = (i % 13) + 1;
        }

        var shards = Sharding.Equal(1).Shards(SmallJob.BatchSize, SmallJob.MicrobatchSize);
        var pieces = new PieceTable(shards, [partials], plan.Partials);
        var update = ParameterUpdate.Create(optimizer, job.Path, job.State.Layout);
        var step = optimizer.Terms(default, SmallJob.BatchSize, takesBest: true);
        var (whole, halves) = (SmallJob.Create(1, model: Model, optimizer: optimizer).State,
            SmallJob.Create(1, model: Model, optimizer: optimizer).State);
        update.Apply(pieces, 0, whole.Buffers, whole.Buffers, 0, count, step);
        var gradient = new AlignedBuffer(count);
        update.Finish(pieces, 0, gradient, 0, count, SmallJob.BatchSize);
        update.Apply(gradient, halves.Buffers, halves.Buffers, 0, count, step);
        Assert.Equal(SmallJob.BitsOf(whole), SmallJob.BitsOf(halves));
        foreach (var slot in job.State.Layout.Slots)
        {
            var values = gradient.Span.Slice(slot.Offset, slot.Length).ToArray();
            Assert.All(values, value => Assert.Equal(slot.IsStatistic, value == 0));
            var before = job.State.Parameters.Span.Slice(slot.Offset, slot.Length).ToArray();
            Assert.Equal(before, whole.Slots[^1].Span.Slice(slot.Offset, slot.Length).ToArray());
        }
    }

    private static double Feature(LocalJob job, int sample, int feature)
    {
        var features = new float[Features];
        job.Data.Train.ReadFeatures(sample, features);
        return features[feature];
    }

    private static float[] Values(LocalJob job, string name)
    {
        var slot = job.State.Layout.Slots.Single(slot => slot.Name == name);
        return job.State.Parameters.Span.Slice(slot.Offset, slot.Length).ToArray();
    }
}
