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
    public void GoalTable_HasAColumnForEachMachine_AndOneRowForManyCasesOfAGoal()
    {
        var fast = Plain with { Ratio = "1.50 × (1.4)", Goal = "at least 1 ×", Met = true };
        var slow = fast with { Ratio = "0.50 × (0.6)", Met = false };
        Row Case(Row row, int number) => row with { What = $"case {number}, fast", Goal = "at least 2" };
        var here = Report.Of(
            "adding", "Alone.", [fast, Plain, Case(fast, 1), Case(slow, 2), Case(fast, 3), Case(fast, 4)]);
        var there = here with { Machine = "there", Rows = [slow, Case(fast, 1), Case(Plain, 2) with { Met = true }] };
        Assert.Equal(
            $"""
            | benchmark | what | goal | {Machine.Name} | there |
            | --- | --- | --- | --- | --- |
            | adding | adding | at least 1 × | 1.50 × (1.4) | **0.50 × (0.6)** |
            | adding | 4 cases, fast | at least 2 | 0.50 to 1.50 × (0.6 to 1.4): **3 of 4 met** | all 2 met |

            """,
            GoalTable.Of([here, there]));
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
