namespace Distributed.Conventions.Tests.Reading;

/// <summary>A place where a convention is not kept.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="What">What is there that must not be.</param>
/// <param name="Instead">What to do about it.</param>
internal sealed record Finding(string Path, int Line, string What, string Instead)
{
    public override string ToString() => $"{Path}{(Line > 0 ? $":{Line}" : "")}: {What}; {Instead}";
}
