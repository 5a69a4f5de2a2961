using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;

namespace Distributed.Training.Tests;

/// <summary>Jobs that go by the held-out loss: when they end, with which parameters, at which rates.</summary>
public sealed class EarlyStopTests
{
    private static readonly DataSplit Data = DataCatalog.Load(
        new DataOptions { Source = "digits", Seed = 1, TrainCount = 200, TestCount = 60 });

    /// <summary>Few samples and a high rate: the held-out loss soon rises again.</summary>
    private static readonly Job Job = new()
    {
        Model = "mlp:32",
        Epochs = 60,
        BatchSize = 64,
        LearningRate = 0.1f,
        EarlyStop = 2,
    };

    [Fact]
    public async Task Job_EndsAfterTheEpochsWithoutABetterLoss()
    {
        var (done, losses, _) = await Run(Job, 2);

        Assert.InRange(losses.Count, 4, Job.Epochs - 1);
        Assert.Equal((done.Epochs, done.Steps), (losses.Count, losses.Count * 4L));
        Assert.Equal(losses.Min(), losses[^3]);
        Assert.Equal(losses[^1], done.TestLoss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Job_EndsWithTheParametersOfTheBestEpoch_WhenTheyAreRestored(int workers)
    {
        var (done, losses, restored) = await Run(Job with { RestoreBest = true }, workers);
        var best = losses.IndexOf(losses.Min()) + 1;
        Assert.InRange(best, 1, losses.Count - 1);
        var (shorter, _, truth) = await Run(Job with { EarlyStop = null, Epochs = best }, 1);

        Assert.True(truth.State.Parameters.Span.SequenceEqual(restored.State.Parameters.Span));
        Assert.Equal(shorter.TestLoss, done.TestLoss);
        Assert.Equal(shorter.TestAccuracy, done.TestAccuracy);
        Assert.Equal(restored.State.Fingerprint(), done.Fingerprint);
    }

    /// <summary>
    /// Stopped in every epoch and gone on with by another number of workers: rates, the end and the best parameters are
    /// those that all epochs together lead to.
    /// </summary>
    [Theory]
    [InlineData("nesterov")]
    [InlineData("adam")]
    public async Task Fingerprint_IsThatOfAWholeRun_WhenTheRateGoesByTheLossAndTheJobIsResumed(string optimizer)
    {
        var job = Job with { Schedule = "plateau:0,0.5", Warmup = 3, RestoreBest = true, Optimizer = optimizer };
        job = optimizer == "adam" ? job with { LearningRate = 0.03f, ClipNorm = 0.5f } : job;
        var (whole, losses, truth) = await Run(job, 1);
        var (trainer, cursor, runs) = (new Trainer(job, Data, 1), JobCursor.Start, 0);
        for (; ; runs++)
        {
            using var stop = new CancellationTokenSource();
            var store = new StoppingStore(trainer, cursor, stop);
            if (await trainer.RunAsync(store, _ => { }, stop.Token) is JobDone done)
            {
                Assert.Equal((whole.Fingerprint, whole.Steps), (done.Fingerprint, done.Steps));
                Assert.True(truth.State.Parameters.Span.SequenceEqual(trainer.State.Parameters.Span));
                break;
            }

            cursor = store.Newest;
            var next = new Trainer(job, Data, 1 + (runs % 4));
            trainer.State.Parameters.Span.CopyTo(next.State.Parameters.Span);
            for (var slot = 0; slot < next.State.Slots.Count; slot++)
            {
                trainer.State.Slots[slot].Span.CopyTo(next.State.Slots[slot].Span);
            }

            trainer = next;
        }

        Assert.InRange(runs, 3, losses.Count);
    }

    [Fact]
    public async Task Rate_IsReducedOnAPlateau_SoThatTheResultDiffers()
    {
        var job = Job with { EarlyStop = null, Epochs = 20 };
        var (constant, _, _) = await Run(job, 1);
        var (reduced, _, _) = await Run(job with { Schedule = "plateau:1,0.1" }, 1);
        Assert.NotEqual(constant.Fingerprint, reduced.Fingerprint);
    }

    [Fact]
    public void Trainer_SaysWhatItNeeds_WhenNothingIsHeldOut()
    {
        var error = Assert.Throws<UserErrorException>(
            () => new Trainer(Job, new DataSplit(Data.Train, null), 1));
        Assert.Equal(
            "--early-stop 2 goes by the held-out loss, and nothing is held out of digits: add --holdout 0.2",
            error.Message);
    }

    private static async Task<(JobDone Done, List<double> Losses, Trainer Trainer)> Run(Job job, int workers)
    {
        var trainer = new Trainer(job, Data, workers);
        var losses = new List<double>();
        var end = await trainer.RunAsync(
            new MemoryJobStore(trainer.State),
            happened =>
            {
                if (happened is EpochCompleted { TestLoss: { } loss })
                {
                    losses.Add(loss);
                }
            });
        return (Assert.IsType<JobDone>(end), losses, trainer);
    }

    /// <summary>Asks the job to stop while it saves, which it does after its first epoch.</summary>
    private sealed class StoppingStore(Trainer trainer, JobCursor from, CancellationTokenSource stop) : IJobStore
    {
        private readonly MemoryJobStore _inner = new(trainer.State, from);

        public JobCursor Newest => _inner.Newest;

        public Task<Saved> Save(JobCursor cursor, long generation)
        {
            stop.Cancel();
            return _inner.Save(cursor, generation);
        }
    }
}
