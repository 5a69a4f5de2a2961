using System.Globalization;

namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>The processes of this machine, as /proc shows them.</summary>
internal static class ProcessTable
{
    internal static IEnumerable<FoundProcess> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && Read(folder, id) is { } found)
            {
                yield return found;
            }
        }
    }

    private static FoundProcess? Read(string folder, int id)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ').Trim();
            var works = new DirectoryInfo(Path.Combine(folder, "cwd")).LinkTarget ?? "";
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var parent = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
            return new FoundProcess(id, int.Parse(parent, CultureInfo.InvariantCulture), command, works);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // it has just ended, or is another user's
        }
    }
}

/// <summary>A process that was there a moment ago.</summary>
internal sealed record FoundProcess(int Id, int Parent, string CommandLine, string Folder)
{
    /// <summary>True where it works in the folder or names it; one that only waits to be reaped does neither.</summary>
    internal bool Mentions(string folder) =>
        CommandLine.Length > 0 && (Folder.StartsWith(folder, StringComparison.Ordinal) || CommandLine.Contains(folder));
}
