using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;

namespace Distributed.Training.Tests;

/// <summary>Nothing hangs: whatever breaks around or inside a job, the call comes back and says why.</summary>
public sealed class TrainerTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    private static readonly DataSplit Data = DataCatalog.Load(
        new DataOptions { Source = "digits", TrainCount = 100, TestCount = 20 });

    private static readonly Job Job = new() { Model = "mlp:4", Epochs = 2, BatchSize = 32, MicrobatchSize = 8 };

    [Fact]
    public async Task Run_ThrowsOn_WhatTheObserverThrows()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => Run(Data, _ => throw new InvalidDataException("the observer fell over")));
        Assert.Equal("the observer fell over", error.Message);
    }

    [Fact]
    public async Task Run_EndsWithTheReason_WhenTheStoreAlwaysFails()
    {
        var end = await Run(Data, _ => { }, new RefusingStore(new InvalidOperationException("the store is closed")));
        Assert.Equal(
            "step 8: the last checkpoint could not be written: the store is closed",
            Assert.IsType<JobFailed>(end).Reason);
    }

    [Fact]
    public async Task Run_EndsWithTheReason_WhenSamplesCannotBeRead()
    {
        var end = await Run(new DataSplit(new UnreadableSet(Data.Train), Data.Test), _ => { });
        Assert.Matches(
            @"^worker \d of 2: compute, step \d+: disk on fire$", Assert.IsType<JobFailed>(end).Reason);
    }

    [Fact]
    public async Task Run_Stops_WhenItWasCancelledBeforeItBegan()
    {
        var trainer = new Trainer(Job with { Epochs = 10_000 }, Data, workers: 2);
        var end = await trainer.RunAsync(
            new MemoryJobStore(trainer.State), _ => { }, new CancellationToken(canceled: true))
            .WaitAsync(Ample);
        Assert.IsType<JobStopped>(end);
    }

    [Fact]
    public void Trainer_RefusesTheJobInOneLine_WhenThereAreMoreWorkersThanMicrobatches()
    {
        var error = Assert.Throws<UserErrorException>(() => new Trainer(Job, Data, workers: 5));
        Assert.Equal(
            "--workers 5 is more than the 4 micro-batches of a step (32 samples in micro-batches of 8): "
            + "choose at most 4, or a larger --batch-size",
            error.Message);
    }

    private static Task<JobEnded> Run(DataSplit data, Action<JobEvent> observer, IJobStore? store = null)
    {
        var trainer = new Trainer(Job, data, workers: 2);
        return trainer.RunAsync(store ?? new MemoryJobStore(trainer.State), observer).WaitAsync(Ample);
    }

    private sealed class RefusingStore(Exception error) : IJobStore
    {
        public JobCursor Newest => JobCursor.Start;

        public Task<Saved> Save(JobCursor cursor, long generation) => throw error;
    }

    private sealed class UnreadableSet(DataSet inner)
        : DataSet(inner.Name, inner.Count, inner.SampleShape, inner.Task, inner.ClassCount)
    {
        public override void ReadFeatures(int sample, Span<float> destination)
        {
            if (sample == 71)
            {
                throw new IOException("disk on fire");
            }

            inner.ReadFeatures(sample, destination);
        }

        public override void ReadTarget(int sample, Span<float> destination) => inner.ReadTarget(sample, destination);

        protected override string ComputeContentHash() => inner.ContentHash;
    }
}
