using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Tests.Data;

namespace Distributed.Training.Tests;

/// <summary>The README's job on real digits, at half its length.</summary>
public sealed class RealDigitsTests
{
    [MnistFact]
    public async Task Cnn_ReadsHeldOutRealDigits_AfterFourEpochs()
    {
        var job = new Job
        {
            Data = "idx:" + MnistFactAttribute.Folder,
            Holdout = 0.2,
            Model = "cnn",
            Epochs = 4,
            BatchSize = 64,
            Optimizer = "adam",
            Schedule = "cosine",
        };
        var trainer = new Trainer(job, DataCatalog.Load(job.DataOptions), workers: 2);
        var end = await trainer.RunAsync(new MemoryJobStore(trainer.State), _ => { });
        Assert.InRange(Assert.IsType<JobDone>(end).TestAccuracy!.Value, 0.975, 1);
    }
}
