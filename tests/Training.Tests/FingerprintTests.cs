using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Kernels;

namespace Distributed.Training.Tests;

/// <summary>
/// The first promise: one job, one fingerprint. Digits in mini-batches of 256, the last of each epoch short, on
/// different numbers of workers, on every kernel path, and stopped and resumed.
/// </summary>
public sealed class FingerprintTests
{
    /// <summary>600 samples: two full mini-batches and one of 88, six micro-batches with a short end.</summary>
    private static readonly DataSplit Data = DataCatalog.Load(
        new DataOptions { Source = "digits", Seed = 1, TrainCount = 600, TestCount = 100 });

    private static readonly Job Job = new() { Model = "mlp:24,17", Epochs = 3 };

    private static readonly Lazy<Task<JobDone>> OneWorker = new(() => Run(1));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task Fingerprint_IsThatOfOneWorker_WhenMoreWorkersTrain(int workers)
    {
        var (one, many) = (await OneWorker.Value, await Run(workers));
        Assert.Equal(Results(one), Results(many));
    }

    public static TheoryData<KernelPath> Paths => [.. KernelPaths.All];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Fingerprint_IsTheSame_OnEveryKernelPath(KernelPath path) =>
        Assert.Equal((await OneWorker.Value).Fingerprint, (await Run(2, path)).Fingerprint);

    /// <summary>Pinned, so that it is also the same on every machine and in every version of this program.</summary>
    [Fact]
    public async Task Fingerprint_IsThePinnedOne_OnEveryMachine() =>
        Assert.Equal(
            "add742769e1098b9d454c5fa0883d584cad3c4af81f62c4b30ed81b66b682fbe", (await OneWorker.Value).Fingerprint);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 2)]
    public async Task Fingerprint_IsThatOfAWholeRun_WhenStoppedAndResumedWithOtherWorkers(int before, int after) =>
        Assert.Equal(Results(await OneWorker.Value), Results(await RunInTwo(Job, before, after)));

    private static async Task<JobDone> RunInTwo(Job job, int before, int after)
    {
        var first = new Trainer(job, Data, before);
        using var stop = new CancellationTokenSource();
        var store = new StoppingStore(first, stop);
        var end = await first.RunAsync(store, _ => { }, stop.Token);
        var stopped = Assert.IsType<JobStopped>(end);
        Assert.InRange(stopped.Step, first.Schedule.StepsPerEpoch + 1, first.StepsTotal - 1);

        var second = new Trainer(job, Data, after);
        first.State.Parameters.Span.CopyTo(second.State.Parameters.Span);
        for (var slot = 0; slot < first.State.Slots.Count; slot++)
        {
            first.State.Slots[slot].Span.CopyTo(second.State.Slots[slot].Span);
        }

        end = await second.RunAsync(new MemoryJobStore(second.State, store.Cursor), _ => { });
        return Assert.IsType<JobDone>(end);
    }

    private static readonly Job Adaptive = Job with
    {
        Optimizer = "adam",
        ClipNorm = 0.5f,
        Schedule = "cosine",
        Warmup = 3,
        WeightDecay = 0.01f,
    };

    private static readonly Dictionary<string, Job> Learning = new()
    {
        ["adam, clipping, warm-up, cosine"] = Adaptive,
        ["the same of images, with statistics, chance and early stop"] = Adaptive with
        {
            Model = "[images, conv(2,size=3), batchnorm, relu, maxpool(2), flatten, dropout(0.2), linear(10)]",
            Epochs = 4,
            EarlyStop = 2,
            RestoreBest = true,
        },
    };

    private static readonly Dictionary<string, Lazy<Task<JobDone>>> OneLearning = Learning.ToDictionary(
        job => job.Key, job => new Lazy<Task<JobDone>>(() => Run(1, job: job.Value)));

    public static TheoryData<string, int> LearningOnWorkers =>
        Combined(Learning.Keys, [2, 3, 4, 8]);

    public static TheoryData<string, KernelPath> LearningOnPaths => Combined(Learning.Keys, KernelPaths.All);

    /// <summary>Bias corrections by the committed step, a norm over all owners, a rate by the step.</summary>
    [Theory]
    [MemberData(nameof(LearningOnWorkers))]
    public async Task Fingerprint_IsThatOfOneWorker_HoweverItLearns(string how, int workers)
    {
        var (one, many) = (await OneLearning[how].Value, await Run(workers, job: Learning[how]));
        Assert.Equal(Results(one), Results(many));
    }

    [Theory]
    [MemberData(nameof(LearningOnWorkers))]
    public async Task Fingerprint_IsThatOfAWholeRun_HoweverItLearnsAndIsResumed(string how, int after) =>
        Assert.Equal(Results(await OneLearning[how].Value), Results(await RunInTwo(Learning[how], 3, after)));

    [Theory]
    [MemberData(nameof(LearningOnPaths))]
    public async Task Fingerprint_IsTheSame_HoweverItLearnsOnEveryKernelPath(string how, KernelPath path) =>
        Assert.Equal((await OneLearning[how].Value).Fingerprint, (await Run(2, path, Learning[how])).Fingerprint);

    [Fact]
    public async Task Fingerprint_Differs_WhenTheSeedDoes() =>
        Assert.NotEqual((await OneWorker.Value).Fingerprint, (await Run(1, job: Job with { Seed = 2 })).Fingerprint);

    private static TheoryData<TFirst, TSecond> Combined<TFirst, TSecond>(
        IEnumerable<TFirst> first, IReadOnlyList<TSecond> second)
    {
        var data = new TheoryData<TFirst, TSecond>();
        foreach (var (one, other) in first.SelectMany(one => second.Select(other => (one, other))))
        {
            data.Add(one, other);
        }

        return data;
    }

    private static (string, double, double?, double?) Results(JobDone done) =>
        (done.Fingerprint, done.TrainLoss, done.TestLoss, done.TestAccuracy);

    private static async Task<JobDone> Run(int workers, KernelPath? path = null, Job? job = null)
    {
        var trainer = new Trainer(job ?? Job, Data, workers, path);
        return Assert.IsType<JobDone>(await trainer.RunAsync(
            new MemoryJobStore(trainer.State), _ => { }));
    }

    /// <summary>
    /// Asks the job to stop while it saves the first epoch's end: the coordinator is inside Save then, so the request
    /// reaches it before any step of the second epoch is reported.
    /// </summary>
    private sealed class StoppingStore(Trainer trainer, CancellationTokenSource stop) : IJobStore
    {
        internal JobCursor Cursor { get; private set; } = JobCursor.Start;

        public JobCursor Newest => JobCursor.Start;

        public Task<Saved> Save(JobCursor cursor, long generation)
        {
            Cursor = cursor;
            stop.Cancel();
            return Task.FromResult(new Saved("memory", trainer.State.Fingerprint()));
        }
    }
}
