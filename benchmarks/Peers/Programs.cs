using System.Diagnostics;
using System.Reflection;
using Distributed.Engine.Errors;

namespace Distributed.Benchmarks.Peers;

/// <summary>Other programs that take part in a comparison.</summary>
internal static class Programs
{
    /// <summary>Our own, as it is built.</summary>
    internal static string Distributed { get; } = typeof(Programs).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "DistributedExecutable").Value!;

    /// <summary>Runs a program to its end and returns what it wrote to standard output.</summary>
    /// <param name="arguments">As a shell would take them.</param>
    /// <param name="folder">Where it runs; null for here.</param>
    /// <param name="variables">Put into the environment; those that are null are taken out of it.</param>
    /// <remarks>Errors: UserErrorException with its last line of errors for a program that fails.</remarks>
    internal static string OutputOf(
        string program, string arguments, string? folder = null, IReadOnlyDictionary<string, string?>? variables = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Environment.CurrentDirectory,
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var last = errors.GetAwaiter().GetResult().TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0
            ? output
            : throw new UserErrorException($"{program} {arguments} ended with {process.ExitCode}: {last}");
    }
}
