using Distributed.Benchmarks.Measuring;

namespace Distributed.Benchmarks.Tests;

public sealed class MeasuringTests
{
    private static readonly Row Plain = new("adding", 1234.4, 1300, 1000, "samples/s", null, null, null);

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
}
