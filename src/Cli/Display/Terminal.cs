using System.Runtime.CompilerServices;
using Spectre.Console;

namespace Distributed.Cli.Display;

/// <summary>Whether there is a terminal to show a live display on.</summary>
internal static class Terminal
{
    /// <summary>Makes its console; null where output goes to a file or a pipe, or the terminal is dumb.</summary>
    internal static Func<IAnsiConsole>? Find()
    {
        var isDumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        return Console.IsOutputRedirected || isDumb ? null : Create;
    }

    // Apart, so that the library is loaded only where it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IAnsiConsole Create() => AnsiConsole.Create(new AnsiConsoleSettings());
}
