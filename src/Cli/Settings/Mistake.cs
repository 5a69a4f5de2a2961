namespace Distributed.Cli.Settings;

/// <summary>A place in a file; lines and columns count from 1.</summary>
internal readonly record struct Place(string File, long Line, long Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>Something wrong with a job, in one line.</summary>
/// <param name="Place">Null for what was given on the command line, or nowhere.</param>
internal sealed record Mistake(Place? Place, string Text)
{
    public override string ToString() => Place is { } place ? $"{place}: {Text}" : Text;

    /// <summary>A line each, each once: first those of the command line, then those of a file from its top.</summary>
    internal static string Lines(IEnumerable<Mistake> mistakes) => string.Join('\n', mistakes
        .OrderBy(mistake => mistake.Place?.Line ?? 0)
        .ThenBy(mistake => mistake.Place?.Column ?? 0)
        .Select(mistake => mistake.ToString())
        .Distinct());
}
