using System.Runtime.CompilerServices;

namespace Distributed.Deploy.Tests.Reading;

/// <summary>The files that are deployed, as they lie in the repository.</summary>
internal static class Repository
{
    internal static string Root { get; } =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));

    internal static string PathOf(string file) => Path.Combine(Root, file);

    internal static string Read(string file) => File.ReadAllText(PathOf(file));

    /// <summary>Files under a folder, relative to the root, in order of their names.</summary>
    internal static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
