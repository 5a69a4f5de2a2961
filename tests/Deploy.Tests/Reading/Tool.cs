using System.Diagnostics;

namespace Distributed.Deploy.Tests.Reading;

/// <summary>A program of the machine that a test needs.</summary>
internal static class Tool
{
    internal static bool IsInstalled(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs it to its end. Output and errors come together.</summary>
    internal static (int Exit, string Output) Run(string name, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        })!;
        var errors = Task.Run(process.StandardError.ReadToEnd);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}

/// <summary>Marks a test that needs a program; skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsToolFactAttribute : FactAttribute
{
    public NeedsToolFactAttribute(string name)
    {
        if (!Tool.IsInstalled(name))
        {
            Skip = $"needs {name}";
        }
    }
}
