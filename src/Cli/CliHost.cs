using Spectre.Console;

namespace Distributed.Cli;

/// <summary>What the commands need from outside: streams, clock, machine, signals, environment.</summary>
internal sealed record CliHost
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Relative paths start here.</summary>
    public required string WorkingDirectory { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Makes the console of a live display; null where there is no terminal to show one on.</summary>
    public Func<IAnsiConsole>? Console { get; init; }

    /// <summary>Starts listening for signals; the source is cancelled by the first.</summary>
    public Func<Interrupts> Listen { get; init; } = () => new Interrupts();

    /// <summary>The value of an environment variable, null where it is not set; default none is.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>A path as given, made absolute.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, WorkingDirectory);
}
