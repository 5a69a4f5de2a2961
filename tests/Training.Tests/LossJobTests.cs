using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;

namespace Distributed.Training.Tests;

/// <summary>Losses, reductions and sample weights in whole jobs, on one worker and on several.</summary>
public sealed class LossJobTests
{
    private static readonly Job Line = new()
    {
        Model = "linear",
        Epochs = 40,
        BatchSize = 24,
        MicrobatchSize = 4,
        Optimizer = "sgd",
        LearningRate = 0.1f,
    };

    [Theory]
    [InlineData("mse", null)]
    [InlineData("half-mse", null)]
    [InlineData("huber:0.5", null)]
    [InlineData("mse", "sum")]
    [InlineData("sum-of-squares", "mean")]
    [InlineData("half-sum-of-squares", null)]
    [InlineData("bce-logits", null)]
    public async Task Job_HasOneFingerprint_WithEveryLossAndReduction(string loss, string? reduction)
    {
        var job = Line with { Loss = loss, Reduction = reduction, LearningRate = 0.01f };
        var one = await Run(job, new Ramp(100), 1);
        Assert.Equal(one.Fingerprint, (await Run(job, new Ramp(100), 2)).Fingerprint);
        Assert.Equal(one.Fingerprint, (await Run(job, new Ramp(100), 3)).Fingerprint);
        Assert.True(one.TrainLoss < (await Run(job with { Epochs = 1 }, new Ramp(100), 1)).TrainLoss);
    }

    /// <summary>A sum is a mean times the samples: the rate makes up for it, where batches are full.</summary>
    [Fact]
    public async Task Sum_IsTheMeanTimesTheSamples_AsTheRateShows()
    {
        var mean = await Run(Line with { Loss = "mse", LearningRate = 0.25f, BatchSize = 16 }, new Ramp(96), 2);
        var sum = await Run(
            Line with { Loss = "mse", Reduction = "sum", LearningRate = 0.25f / 16, BatchSize = 16 }, new Ramp(96), 2);
        Assert.Equal(mean.Fingerprint, sum.Fingerprint); // both factors are powers of two
    }

    /// <summary>A weight of 2 is the sample twice, one of 0 the sample left out: full-batch steps show it.</summary>
    [Fact]
    public async Task Weights_CountSamplesThatOften_OnAnyNumberOfWorkers()
    {
        var job = Line with { Epochs = 200, BatchSize = 100 };
        var weighted = await Run(job, new Ramp(100, index => index < 50 ? 2 : 0), 1);
        Assert.Equal(
            weighted.Fingerprint, (await Run(job, new Ramp(100, index => index < 50 ? 2 : 0), 3)).Fingerprint);
        var half = await Run(job, new Ramp(50), 2);
        Assert.Equal(half.TrainLoss, weighted.TrainLoss, 1e-3);
        job = job with { Epochs = 3 };
        Assert.NotEqual(
            (await Run(job, new Ramp(100), 1)).Fingerprint,
            (await Run(job, new Ramp(100, index => index < 10 ? 2 : 1), 1)).Fingerprint);
    }

    /// <summary>One step by hand: the sum of what each sample says, times its weight, over the total weight.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Mean_DividesOnceByTheTotalWeight_HoweverManyWorkers(int workers)
    {
        static float Weight(int index) => index % 3 * 0.7f;
        var job = Line with { Loss = "mse", Epochs = 1, BatchSize = 12 };
        var data = new Ramp(12, Weight);
        var trainer = new Trainer(job, new DataSplit(data, data), workers);
        var running = trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { });
        var start = new Trainer(job, new DataSplit(data, null), 1).State.Parameters.Span.ToArray();
        var done = Assert.IsType<JobDone>(await running);
        var end = trainer.State.Parameters.Span.ToArray();

        var (sum, total, before, after, x, t) = (0.0, 0.0, 0.0, 0.0, new float[1], new float[1]);
        for (var sample = 0; sample < 12; sample++)
        {
            data.ReadFeatures(sample, x);
            data.ReadTarget(sample, t);
            var error = (start[0] * x[0]) + start[1] - t[0];
            sum += Weight(sample) * 2 * error * x[0];
            total += Weight(sample);
            before += Weight(sample) * error * error;
            after += Weight(sample) * Math.Pow((end[0] * x[0]) + end[1] - t[0], 2);
        }

        Assert.Equal(start[0] - (0.1 * sum / total), end[0], 1e-6);
        Assert.Equal(before / total, done.TrainLoss, 1e-6);
        Assert.Equal(after / total, done.TestLoss!.Value, 1e-6);
    }

    [Fact]
    public async Task WeightColumn_HasOneFingerprint_OnOneToFourWorkers()
    {
        var folder = Directory.CreateTempSubdirectory("weights");
        try
        {
            var path = Path.Combine(folder.FullName, "table.csv");
            File.WriteAllLines(path, Enumerable.Range(0, 90).Select(
                row => $"{row * 37 % 101},{row * 53 % 97},{row % 5 * 0.375},{row * 0.25}")
                .Prepend("a,b,often,y"));
            var job = Line with
            {
                Data = $"csv:{path}",
                Epochs = 3,
                Standardize = true,
                Task = TaskKind.Regression,
                Label = "y",
                SampleWeight = "often",
                EarlyStop = 2,
            };
            var first = await RunFile(job, 1);
            for (var workers = 2; workers <= 4; workers++)
            {
                Assert.Equal(first, await RunFile(job, workers));
            }

            Assert.NotEqual(first, await RunFile(job with { SampleWeight = null }, 1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static async Task<string> RunFile(Job job, int workers)
        {
            var trainer = new Trainer(job, DataCatalog.Load(job.DataOptions), workers);
            return Assert.IsType<JobDone>(
                await trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { })).Fingerprint;
        }
    }

    /// <summary>The mean does not change where all weights are twice as large, nor a bit of it.</summary>
    [Fact]
    public async Task Weights_CountByTheirShare_WhateverTheirScale()
    {
        var job = Line with { Epochs = 5 };
        Assert.Equal(
            (await Run(job, new Ramp(100, index => 1 + (index % 3)), 2)).Fingerprint,
            (await Run(job, new Ramp(100, index => 2 * (1 + (index % 3))), 1)).Fingerprint);
    }

    [Theory]
    [InlineData("bce-logits", "linear")]
    [InlineData("bce", "[linear(8), tanh, linear(1), sigmoid]")]
    [InlineData("cross-entropy:0.1", "linear")]
    public async Task TwoClasses_AreLearned_ByEveryCrossEntropy(string loss, string model)
    {
        var data = new Sides(120);
        var job = Line with { Loss = loss, Model = model, LearningRate = 1, Epochs = 60 };
        var trainer = new Trainer(job, new DataSplit(data, data), 2);
        var done = Assert.IsType<JobDone>(await trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { }));
        Assert.InRange(done.TestAccuracy!.Value, 0.95, 1);
    }

    [Fact]
    public async Task Accumulation_IsTheSameAsALargerBatch()
    {
        var large = await Run(Line with { BatchSize = 48 }, new Ramp(100), 2);
        var accumulated = await Run(Line with { BatchSize = 12, Accumulate = 4 }, new Ramp(100), 3);
        Assert.Equal(large.Fingerprint, accumulated.Fingerprint);
        Assert.Equal(large.Steps, accumulated.Steps);
    }

    [Fact]
    public void Trainer_SaysSo_WhenTheLossDoesNotGoWithTheData()
    {
        var error = Assert.Throws<UserErrorException>(
            () => new Trainer(Line with { Loss = "mse" }, new DataSplit(new Sides(20), null), 1));
        Assert.Equal(
            "--loss mse does not go with these data: it needs numbers to predict, not classes; choose another loss",
            error.Message);
    }

    private static async Task<JobDone> Run(Job job, DataSet data, int workers)
    {
        var trainer = new Trainer(job, new DataSplit(data, null), workers);
        return Assert.IsType<JobDone>(await trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { }));
    }

    /// <summary>One feature x from 0 to 1, target (1 + x) / 3; each sample counts as its weight says.</summary>
    private sealed class Ramp(int count, Func<int, float>? weight = null)
        : DataSet("ramp", count, [1], TaskKind.Regression, 0)
    {
        public override bool HasWeights => weight is not null;

        public override float Weight(int sample) => weight?.Invoke(sample) ?? 1;

        public override void ReadFeatures(int sample, Span<float> destination) =>
            destination[0] = sample % 50 / 50f;

        public override void ReadTarget(int sample, Span<float> destination) =>
            destination[0] = (1 + (sample % 50 / 50f)) / 3;

        protected override string ComputeContentHash() => "ramp";
    }

    /// <summary>Two features; the class says which is larger.</summary>
    private sealed class Sides(int count) : DataSet("sides", count, [2], TaskKind.Classification, 2)
    {
        public override void ReadFeatures(int sample, Span<float> destination) =>
            (destination[0], destination[1]) = (sample * 37 % 101 / 101f, sample * 53 % 97 / 97f);

        public override void ReadTarget(int sample, Span<float> destination)
        {
            Span<float> sides = stackalloc float[2];
            ReadFeatures(sample, sides);
            destination[0] = sides[1] > sides[0] ? 1 : 0;
        }

        protected override string ComputeContentHash() => "sides";
    }
}
