namespace Distributed.Simulation.Tests.Planted;

/// <summary>A planted fault: what it breaks, in words, and what it changes, as a unified diff.</summary>
internal sealed record PlantedPatch(
    string Name, string What, string Rule, IReadOnlyList<PlantedPatch.Hunk> Hunks)
{
    private const string RulePrefix = "Rule: ";
    private const string FilePrefix = "--- a/";

    internal static PlantedPatch Parse(string name, IReadOnlyList<string> lines)
    {
        var (hunks, file) = (new List<Hunk>(), "");
        for (var i = 2; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.StartsWith(FilePrefix, StringComparison.Ordinal))
            {
                file = line[FilePrefix.Length..];
                i++; // the line +++ names the same file
            }
            else if (line.StartsWith("@@ ", StringComparison.Ordinal))
            {
                hunks.Add(new Hunk(file, [], []));
            }
            else if (hunks.Count > 0)
            {
                hunks[^1].Add(line);
            }
        }

        var rule = lines[1].StartsWith(RulePrefix, StringComparison.Ordinal) ? lines[1][RulePrefix.Length..] : "";
        return new PlantedPatch(name, lines[0], rule, hunks);
    }

    /// <summary>What is to be found in a file, and what takes its place.</summary>
    internal sealed record Hunk(string File, List<string> Before, List<string> After)
    {
        internal void Add(string line)
        {
            var (kind, text) = line.Length == 0 ? (' ', "") : (line[0], line[1..]);
            if (kind is ' ' or '-')
            {
                Before.Add(text);
            }

            if (kind is ' ' or '+')
            {
                After.Add(text);
            }
        }

        /// <summary>How often it is found in these lines.</summary>
        internal int CountIn(IReadOnlyList<string> lines) => Enumerable
            .Range(0, Math.Max(0, lines.Count - Before.Count + 1))
            .Count(start => Before.SequenceEqual(lines.Skip(start).Take(Before.Count)));
    }
}
