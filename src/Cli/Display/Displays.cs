namespace Distributed.Cli.Display;

/// <summary>Which display suits the place that output goes to.</summary>
internal static class Displays
{
    /// <summary>Lines of JSON where asked for, else a live picture on a terminal, else plain lines.</summary>
    internal static IRunDisplay Open(bool json, CliHost host) => json
        ? new JsonDisplay(host.Out, host.Clock)
        : host.Console is { } console
            ? Live(console, host)
            : new PlainDisplay(host.Out, host.Clock);

    // Apart, so that the library it draws with is loaded only where it is used.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static IRunDisplay Live(Func<Spectre.Console.IAnsiConsole> open, CliHost host)
    {
        var console = open();
        return console.Profile.Capabilities.Ansi
            ? new LiveDisplay(console, host.Clock)
            : new PlainDisplay(host.Out, host.Clock);
    }
}
