using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Kernels;

namespace Distributed.Training.Tests;

/// <summary>
/// One job, one fingerprint for a network of convolutions: LeNet-5 on 22 digits in mini-batches of 12, the second one
/// short, in micro-batches of 3, the last of them short too. Small, because without a fused multiply-add in hardware
/// each one is a call.
/// </summary>
public sealed class ConvolutionFingerprintTests
{
    private static readonly DataSplit Data = DataCatalog.Load(
        new DataOptions { Source = "digits", Seed = 1, TrainCount = 22, TestCount = 5 });

    private static readonly Job Job = new() { Model = "lenet5", Epochs = 1, BatchSize = 12, MicrobatchSize = 3 };

    private static readonly Lazy<Task<string>> OneWorker = new(() => Fingerprint(1));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Fingerprint_IsThatOfOneWorker_WhenMoreWorkersTrainAConvolution(int workers) =>
        Assert.Equal(await OneWorker.Value, await Fingerprint(workers));

    public static TheoryData<KernelPath> Paths => [.. KernelPaths.All];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Fingerprint_IsTheSame_OnEveryKernelPathOfAConvolution(KernelPath path) =>
        Assert.Equal(await OneWorker.Value, await Fingerprint(2, path));

    /// <summary>Pinned, so that it is the same on every machine and vector set, too.</summary>
    [Fact]
    public async Task Fingerprint_IsThePinnedOne_OnEveryMachineWithAConvolution() =>
        Assert.Equal(
            "30c7a8b2dd0e9618d5793f87a35058145762851460a841ecd395e99da9b3dbf1", await OneWorker.Value);

    private static async Task<string> Fingerprint(int workers, KernelPath? path = null)
    {
        var trainer = new Trainer(Job, Data, workers, path);
        var end = await trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { });
        return Assert.IsType<JobDone>(end).Fingerprint;
    }
}
