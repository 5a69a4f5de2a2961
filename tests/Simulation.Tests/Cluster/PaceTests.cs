using Distributed.Coordinator;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// Goal: shards follow the workers' speed, and the result does not. Method: the shipping actors on machines whose
/// compute takes a millisecond per sample.
/// </summary>
public sealed class PaceTests
{
    private const int Slowed = 1;

    private static readonly Lazy<SimulatedJob> Job = new(() => new SimulatedJob(
        "pace", new Sequential { new Linear(6, 10), new ReLU(), new Linear(10, 3) }, new Momentum(0.05f), 50 * 32, 32,
        2, epochs: 4, buckets: 2));

    private static ComputeOptions Compute => new()
    {
        Shard = TimeSpan.FromMilliseconds(1),
        Evaluation = TimeSpan.FromMilliseconds(1),
        JitterFraction = 0.2,
        Meter = () => PointCloud.SamplesRead,
    };

    /// <summary>The fingerprint is compared by the run, as every state is by the monitors.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(33)]
    [InlineData(37)]
    public void OthersTakeOver_WithinTwentySteps_WhenAWorkerIsSlowedToAThird_AndGiveBack(long step)
    {
        var run = new CalmRun(Job.Value, 4, Compute);
        run.AtStep(step, () => run.Cluster.Workers[Slowed].Slow(3));
        run.AtStep(120, () => run.Cluster.Workers[Slowed].Slow(1));
        run.Run();
        Assert.All(CountsFrom(run, 0, step), count => Assert.Equal(4, count));
        Assert.All(CountsFrom(run, step + 20, 120), count => Assert.InRange(count, 1, 2));
        Assert.All(CountsFrom(run, 140, 200), count => Assert.InRange(count, 3, 4));
        Assert.Single(run.Events<MembersChanged>());
    }

    /// <summary>What the slowed worker gets in leases that begin in this range of steps.</summary>
    private static IEnumerable<int> CountsFrom(CalmRun run, long from, long end)
    {
        var leases = run.Events<StepsCommitted>().Where(lease => lease.FirstStep >= from && lease.FirstStep < end);
        return [.. leases.Select(lease => lease.Shares.Single(
            share => share.Name == $"worker-{Slowed}").Microbatches)];
    }
}
