using Distributed.Measuring.Jobs;

namespace Distributed.Measuring.Tests.Jobs;

public sealed class WorkerScalingTests
{
    [Theory]
    [InlineData(1, "1")]
    [InlineData(2, "1 2")]
    [InlineData(6, "1 2 4 6")]
    [InlineData(8, "1 2 4 8")]
    public void Counts_DoubleUpToTheMost(int most, string counts) =>
        Assert.Equal(counts, string.Join(' ', WorkerScaling.Counts(most)));

    [Fact]
    public void Measure_HasAPointForEachCount_AndSameBits()
    {
        var points = WorkerScaling.Measure(Workload.Small, [1, 2, 3], 4, rounds: 2, TimeSpan.FromMilliseconds(1));
        Assert.Equal([1, 2, 3], points.Select(point => point.Workers));
        Assert.Equal(1, points[0].Ratio);
        Assert.Equal(points[0].Rates, points[0].Apart);
        Assert.All(points, point =>
        {
            Assert.Equal(points[0].Best, point.One);
            Assert.Equal(2, point.Rates.Count);
            Assert.Equal(2, point.Apart.Count);
            Assert.All(point.Rates.Concat(point.Apart), rate => Assert.True(rate > 0 && double.IsFinite(rate)));
            Assert.Equal(2 * ((2 * 20 * 8) + (3 * 8 * 3)), point.OperationsPerSample);
        });
    }

    [Fact]
    public void Measure_HasNoJobsApart_ForOneWorker()
    {
        var points = WorkerScaling.Measure(Workload.Small, [1], 4, rounds: 2, TimeSpan.FromMilliseconds(1));
        Assert.Equal(points.Single().Rates, points.Single().Apart);
    }

    [Fact]
    public void TrainingRun_GoesOnInTheNextEpoch_WhenALeaseWouldCrossItsEnd()
    {
        using var run = new TrainingRun(Workload.Small, 1);
        run.Lease((1 << 16) - 2);
        run.Lease(4);
        Assert.Equal((1 << 16) + 4, run.Step);
    }
}
