using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>
/// Runs the real executable in a directory of its own. What is still running in the end is killed, and the directory
/// removed.
/// </summary>
internal sealed class Executable : IDisposable
{
    private readonly List<RunningProcess> _started = [];

    internal string Folder { get; } = Directory.CreateTempSubdirectory("distributed-e2e-").FullName;

    internal string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A table of three classes, of which a fifth of the rows is held out.</summary>
    /// <param name="rows">By default 107 rows train and 27 are held out, so batches of 32 leave 11.</param>
    internal void WriteTable(string name, int rows = 134)
    {
        var text = new StringBuilder("a,b,c,kind\n");
        for (var row = 0; row < rows; row++)
        {
            var (a, b) = (row * 37 % 101 / 101.0, row * 53 % 97 / 97.0);
            var kind = a + b < 0.7 ? "low" : a > b ? "left" : "right";
            text.Append(CultureInfo.InvariantCulture, $"{a:0.0000},{b:0.0000},{a - b:0.0000},{kind}\n");
        }

        File.WriteAllText(PathOf(name), text.ToString());
    }

    /// <summary>Runs to the end, or sends a signal once when a line of output satisfies the condition.</summary>
    internal RunResult Run(
        string arguments, (int Signal, Func<string, bool> When)? signal = null, string? switchedOff = null)
    {
        var process = Start(arguments, switchedOff is null ? [] : [(switchedOff, "0")]);
        if (signal is { } due)
        {
            process.Output.WaitFor(due.When, "the line to send a signal at");
            process.Send(due.Signal);
        }

        return process.WaitForExit();
    }

    /// <summary>Starts the executable and returns at once.</summary>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="within">A command that runs the command that follows it, as "ip netns exec NAME".</param>
    /// <param name="program">The program's folder; default the one that was built.</param>
    internal RunningProcess Start(
        string arguments, (string Name, string Value)[]? environment = null, string within = "", string? program = null)
    {
        var path = program is null ? PathOfExecutable : Path.Combine(program, Path.GetFileName(PathOfExecutable));
        string[] words = [.. Words(within), "dotnet", path, .. Words(arguments)];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var process = new RunningProcess(start, arguments);
        lock (_started)
        {
            _started.Add(process);
        }

        return process;
    }

    /// <summary>Copies the program into a folder of its own.</summary>
    /// <returns>Its path.</returns>
    internal string CopyProgram(string name)
    {
        var copy = Directory.CreateDirectory(PathOf(name)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(PathOfExecutable)!))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>Processes of the system that name this folder on their command line, or work in it.</summary>
    internal IReadOnlyList<string> Leftovers() =>
        [.. ProcessTable.All().Where(found => found.Mentions(Folder)).Select(found => found.CommandLine)];

    public void Dispose()
    {
        _started.ForEach(process => process.Dispose());
        foreach (var left in ProcessTable.All().Where(found => found.Mentions(Folder)))
        {
            Signals.TrySend(left.Id, Signals.Kill);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string PathOfExecutable => typeof(Executable).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "DistributedExecutable").Value!;
}
