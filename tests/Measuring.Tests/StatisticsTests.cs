namespace Distributed.Measuring.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void Quantile_LiesBetweenItsNeighbours()
    {
        double[] values = [4, 1, 3, 2];
        Assert.Equal(2.5, Statistics.Median(values));
        Assert.Equal(1, Statistics.Quantile(values, 0));
        Assert.Equal(4, Statistics.Quantile(values, 1));
        Assert.Equal(7, Statistics.Quantile([7], 0.99));
    }

    [Fact]
    public void Alternating_RunsEveryWayAsOften()
    {
        var (first, second) = (0, 0);
        var seconds = Alternating.Run(5, TimeSpan.Zero, () => first++, () => second++);
        Assert.Equal([5, 5], seconds.Select(way => way.Length));
        Assert.Equal(first, second);
    }
}
