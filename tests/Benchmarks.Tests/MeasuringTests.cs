using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Tests;

public sealed class MeasuringTests
{
    private static readonly Row Plain = new("adding", 1234.4, 1300, 1000, "samples/s", null, null, null);

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
    public void Report_SurvivesItsFile()
    {
        var report = Report.Of("adding", "Alone.", [Plain with { Goal = "at most 5 %", Met = false, Ratio = "1.5 ×" }]);
        Assert.Equal(report.ToJson(), Report.Parse(report.ToJson()).ToJson());
    }

    [Fact]
    public void Report_ShowsWhatWasMissed()
    {
        var report = Report.Of("adding", "Alone.", [Plain, Plain with { Goal = "0 bytes", Met = true, Median = 0 },
            Plain with { Goal = "at least 2 ×", Met = false, Ratio = "1.5 ×" }]);
        Assert.Equal(
            """
            | what | median | best | p99 | ratio | goal |
            | --- | --- | --- | --- | --- | --- |
            | adding | 1,234 samples/s | 1,300 samples/s | 1,000 samples/s |  |  |
            | adding | 0 samples/s | 1,300 samples/s | 1,000 samples/s |  | 0 bytes: met |
            | adding | 1,234 samples/s | 1,300 samples/s | 1,000 samples/s | 1.5 × | at least 2 ×: **missed** |

            """,
            report.Table());
    }

    [Fact]
    public void Insert_ReplacesWhatLiesBetweenTheMarkers()
    {
        var page = $"# Results\n{ResultFiles.Begin}\nold\n{ResultFiles.End}\nend\n";
        var tables = ResultFiles.Tables([Report.Of("adding", "Alone.", [Plain])]);
        var expected = $"# Results\n{ResultFiles.Begin}\n{tables}{ResultFiles.End}\nend\n";
        Assert.Equal(expected, ResultFiles.Insert(page, tables));
        Assert.Equal(expected, ResultFiles.Insert(expected, tables));
        Assert.Throws<FormatException>(() => ResultFiles.Insert("# Results", tables));
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
