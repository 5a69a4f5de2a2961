using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Distributed.EndToEnd.Tests;

/// <summary>Runs the real executable in a directory of its own.</summary>
internal sealed partial class Executable : IDisposable
{
    /// <summary>The bound on one run, far more than any needs: a hang ends the test, not the suite.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    internal const int Interrupt = 2;
    internal const int Kill = 9;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("distributed-e2e-").FullName;

    internal string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A table of three classes: 107 rows train and 27 are held out, so batches of 32 leave 11.</summary>
    internal void WriteTable(string name)
    {
        var text = new StringBuilder("a,b,c,kind\n");
        for (var row = 0; row < 134; row++)
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
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(PathOfExecutable);
        foreach (var argument in arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            start.ArgumentList.Add(argument);
        }

        if (switchedOff is not null)
        {
            start.Environment[switchedOff] = "0";
        }

        return Follow(start, signal);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string PathOfExecutable => typeof(Executable).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "DistributedExecutable").Value!;

    private static RunResult Follow(ProcessStartInfo start, (int Signal, Func<string, bool> When)? signal)
    {
        using var process = Process.Start(start)!;
        using var bound = new Timer(_ => process.Kill(), null, Bound, Timeout.InfiniteTimeSpan);
        var errors = Task.Run(process.StandardError.ReadToEnd);
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            if (signal is { } due && due.When(line))
            {
                signal = null;
                Send(process.Id, due.Signal);
            }
        }

        process.WaitForExit();
        return new RunResult(process.ExitCode, lines, errors.GetAwaiter().GetResult());
    }

    private static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

/// <summary>What a run printed and how it ended.</summary>
internal sealed record RunResult(int Exit, IReadOnlyList<string> Lines, string Error)
{
    /// <summary>The last line, which is the result, as JSON.</summary>
    internal JsonElement Last
    {
        get
        {
            Assert.True(Lines.Count > 0, $"nothing was printed: {Error}");
            return JsonDocument.Parse(Lines[^1]).RootElement;
        }
    }

    internal string Fingerprint
    {
        get
        {
            Assert.True(Exit == 0, $"exit {Exit}: {Error}");
            return Last.GetProperty("fingerprint").GetString()!;
        }
    }
}
