using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Distributed.Benchmarks.Measuring;

/// <summary>What has a goal, with a column for each machine: README's table.</summary>
internal static partial class GoalTable
{
    /// <summary>More cases of one benchmark with the same goal share a row.</summary>
    private const int RowsOfOneGoalMax = 3;

    /// <summary>A Markdown table; what misses its goal is in bold.</summary>
    internal static string Of(IReadOnlyList<Report> reports)
    {
        var machines = reports.Select(report => report.Machine).Distinct().ToList();
        var text = new StringBuilder();
        AppendLine(text, ["benchmark", "what", "goal", .. machines]);
        AppendLine(text, Enumerable.Repeat("---", machines.Count + 3));
        var rows =
            from report in reports
            from row in report.Rows
            where row.Goal is not null
            select new Reached(report.Name, report.Machine, row);
        foreach (var goal in rows.GroupBy(one => (one.Benchmark, one.Row.Goal))
            .OrderBy(goal => goal.Key.Benchmark, StringComparer.Ordinal))
        {
            foreach (var (what, cases) in Lines([.. goal]))
            {
                var cells = machines.Select(machine => Cell(
                    [.. cases.Where(one => one.Machine == machine).Select(one => one.Row)]));
                AppendLine(text, [goal.Key.Benchmark, what, goal.Key.Goal!, .. cells]);
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string What, IEnumerable<Reached> Cases)> Lines(List<Reached> rows)
    {
        var cases = rows.GroupBy(one => one.Row.What).ToList();
        if (cases.Count <= RowsOfOneGoalMax)
        {
            return cases.Select(one => (one.Key, one.AsEnumerable()));
        }

        var ends = cases.Select(one => one.Key.Split(", ")[^1]).Distinct().ToList();
        return [($"{cases.Count} cases{(ends.Count == 1 ? $", {ends[0]}" : "")}", rows)];
    }

    private static string Cell(List<Row> rows)
    {
        var met = rows.Count(row => row.Met == true);
        return rows.Count switch
        {
            0 => "",
            1 => met == 1 ? rows[0].Shown : $"**{rows[0].Shown}**",
            _ => Range([.. rows.Select(row => row.Shown)])
                + (met == rows.Count ? $"all {met} met" : $"**{met} of {rows.Count} met**"),
        };
    }

    /// <summary>Texts that differ in their numbers, as one with the least and the largest; empty for others.</summary>
    private static string Range(List<string> texts)
    {
        var words = Numbers().Split(texts[0]);
        if (texts.Exists(text => !Numbers().Split(text).SequenceEqual(words)))
        {
            return "";
        }

        var range = new StringBuilder(words[0]);
        var numbers = texts.ConvertAll(text => Numbers().Matches(text));
        for (var i = 1; i < words.Length; i++)
        {
            var sorted = numbers.Select(matches => matches[i - 1].Value)
                .OrderBy(number => double.Parse(number, NumberStyles.Number, CultureInfo.InvariantCulture)).ToList();
            range.Append(sorted[0]).Append(sorted[0] == sorted[^1] ? "" : $" to {sorted[^1]}").Append(words[i]);
        }

        return $"{range}: ";
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) =>
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");

    [GeneratedRegex(@"\d[\d,]*(?:\.\d+)?", RegexOptions.None, 1000)]
    private static partial Regex Numbers();

    private sealed record Reached(string Benchmark, string Machine, Row Row);
}
