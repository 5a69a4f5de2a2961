using System.Globalization;

namespace Distributed.Conventions.Tests.Reading;

/// <summary>
/// Limits that some files do not yet meet: how often a rule may be broken in a file. Nothing new may cross a limit,
/// and what has become better must be written down, so that it stays.
/// </summary>
/// <remarks>
/// The file has one "rule path count" per line. With the environment variable DISTRIBUTED_RATCHET=lower a test run
/// writes the counts that have become smaller; it never raises one.
/// </remarks>
internal sealed class Ratchet
{
    internal const string File = "tests/Conventions.Tests/ratchet.txt";

    private static readonly Lock Writing = new();

    private readonly SortedDictionary<(string Rule, string Path), int> _allowed = [];

    internal Ratchet(IEnumerable<string> lines)
    {
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            _allowed.Add((parts[0], parts[1]), int.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What is left to complain about: findings above the limits, and limits that are too high.</summary>
    internal IReadOnlyList<Finding> Judge(string rule, IReadOnlyList<Finding> findings)
    {
        var counts = findings.CountBy(finding => finding.Path).ToDictionary();
        var above = findings.Where(finding => counts[finding.Path] > Allowed(rule, finding.Path));
        var slack = _allowed
            .Where(entry => entry.Key.Rule == rule && counts.GetValueOrDefault(entry.Key.Path) < entry.Value)
            .Select(entry => entry.Key.Path).ToList();
        return slack.Count == 0 ? [.. above] :
        [
            .. above,
            new Finding(
                File, 0, $"allows '{rule}' more often than it occurs now, in {string.Join(", ", slack)}",
                "lower the limits: run the tests with DISTRIBUTED_RATCHET=lower"),
        ];
    }

    /// <summary>Lowers the limits that are too high; none is raised.</summary>
    internal void Lower(string rule, IReadOnlyList<Finding> findings)
    {
        var counts = findings.CountBy(finding => finding.Path).ToDictionary();
        foreach (var key in _allowed.Keys.Where(key => key.Rule == rule).ToList())
        {
            var now = Math.Min(_allowed[key], counts.GetValueOrDefault(key.Path));
            if (now == 0)
            {
                _allowed.Remove(key);
            }
            else
            {
                _allowed[key] = now;
            }
        }
    }

    internal IEnumerable<string> Lines() =>
        _allowed.Select(entry => $"{entry.Key.Rule} {entry.Key.Path} {entry.Value}");

    /// <summary>Fails, listing what is left of the findings once the repository's limits are allowed for.</summary>
    internal static void Check(string rule, IEnumerable<Finding> found)
    {
        var findings = found.ToList();
        lock (Writing)
        {
            var path = Path.Combine(Repository.Root, File);
            var lines = System.IO.File.ReadAllLines(path);
            var ratchet = new Ratchet(lines);
            if (Environment.GetEnvironmentVariable("DISTRIBUTED_RATCHET") == "lower")
            {
                ratchet.Lower(rule, findings);
                System.IO.File.WriteAllLines(
                    path, lines.TakeWhile(line => line.StartsWith('#')).Concat(ratchet.Lines()));
            }

            var left = ratchet.Judge(rule, findings);
            Assert.True(left.Count == 0, $"{rule}: {left.Count}\n{string.Join('\n', left)}");
        }
    }

    private int Allowed(string rule, string path) => _allowed.GetValueOrDefault((rule, path));
}
