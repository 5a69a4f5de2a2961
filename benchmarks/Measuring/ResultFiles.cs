using System.Text;
using Distributed.Engine.Errors;

namespace Distributed.Benchmarks.Measuring;

/// <summary>
/// Result files, one per comparison and machine, the tables of RESULTS.md and what has a goal in README.md.
/// </summary>
internal static class ResultFiles
{
    internal const string Begin = "<!-- results: written by the benchmarks, do not edit -->";
    internal const string End = "<!-- end of results -->";

    /// <summary>Writes the report beside the others and makes the tables anew.</summary>
    internal static void Save(Report report)
    {
        var root = FindRoot();
        var benchmarks = Path.Combine(root, "benchmarks");
        var folder = Directory.CreateDirectory(Path.Combine(benchmarks, "results", Machine.Folder));
        File.WriteAllText(Path.Combine(folder.FullName, $"{report.Name}.json"), report.ToJson());
        var reports = Directory
            .EnumerateFiles(Path.Combine(benchmarks, "results"), "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => Report.Parse(File.ReadAllText(file))).ToList();
        Rewrite(Path.Combine(benchmarks, "RESULTS.md"), Tables(reports));
        Rewrite(Path.Combine(root, "README.md"), $"\n{GoalTable.Of(reports)}\n");
    }

    private static void Rewrite(string page, string tables) =>
        File.WriteAllText(page, Insert(File.ReadAllText(page), tables));

    /// <summary>The page with everything between the markers replaced.</summary>
    /// <remarks>Errors: FormatException for a page without the two markers.</remarks>
    internal static string Insert(string page, string tables)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? page[..(begin + Begin.Length)] + "\n" + tables + page[end..]
            : throw new FormatException($"README.md, RESULTS.md: needs the lines '{Begin}' and '{End}', in this order");
    }

    internal static string Tables(IEnumerable<Report> reports)
    {
        var text = new StringBuilder();
        foreach (var machine in reports.GroupBy(report => report.Machine))
        {
            text.Append($"\n## {machine.Key}\n");
            foreach (var report in machine)
            {
                text.Append($"\n### {report.Name}\n\n`dotnet run -c Release --project benchmarks -- {report.Name}`");
                text.Append($" at {report.Commit}, SDK {report.Sdk}. {report.Settings}\n\n{report.Table()}");
            }
        }

        return text.Append('\n').ToString();
    }

    /// <summary>The repository that the benchmarks were built in.</summary>
    internal static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Distributed.sln")))
            {
                return at.FullName;
            }
        }

        throw new UserErrorException("run the benchmarks inside the repository: they write benchmarks/results");
    }
}
