using System.Xml.Linq;

namespace Distributed.Conventions.Tests.Reading;

/// <summary>The files of the working tree that the conventions are about.</summary>
internal static class Repository
{
    private const string Solution = "Distributed.sln";

    private static readonly HashSet<string> SkippedFolders =
        ["bin", "obj", ".git", "artifacts", "runs", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules"];

    private static readonly Lazy<IReadOnlyList<string>> AllFiles =
        new(() => [.. FilesUnder(Root!).Order(StringComparer.Ordinal)]);

    private static readonly Lazy<IReadOnlyList<Source>> AllSources = new(
        () => [.. Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
            .Select(file => new Source(file, Read(file)))]);

    /// <summary>The folder that the solution lies in.</summary>
    internal static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Every file, relative to the root with forward slashes, without build outputs.</summary>
    internal static IReadOnlyList<string> Files => AllFiles.Value;

    internal static IReadOnlyList<Source> Sources => AllSources.Value;

    internal static IReadOnlyList<Project> Projects { get; } =
        [.. Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(file => new Project(file, XDocument.Parse(Read(file), LoadOptions.SetLineInfo)))];

    internal static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The paths that the solution names, with forward slashes.</summary>
    internal static IReadOnlyList<string> SolutionProjects() =>
        [.. Read(Solution).Split('"').Where(part => part.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(part => part.Replace('\\', '/'))];

    private static string FindRoot(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, Solution)))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"no {Solution} in or above {folder}: run the tests inside the repository");
    }

    private static IEnumerable<string> FilesUnder(string folder) =>
        Directory.EnumerateFiles(folder).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Concat(Directory.EnumerateDirectories(folder)
                .Where(child => !SkippedFolders.Contains(Path.GetFileName(child)))
                .SelectMany(FilesUnder));
}
