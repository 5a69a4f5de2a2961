using System.Text.RegularExpressions;
using Distributed.Conventions.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>What a file may look like, whatever it says.</summary>
internal static partial class FileRules
{
    private const int ColumnsMax = 120;
    private const int LinesMax = 600;

    private static readonly HashSet<string> KindFolders =
        ["Helpers", "Helper", "Utils", "Utilities", "Interfaces", "Models", "Misc", "Common", "Types", "Enums"];

    internal static IEnumerable<Finding> LongLines(Source source) =>
        source.Lines.Select((text, index) => (Text: text.TrimEnd('\r'), Line: index + 1))
            .Where(line => line.Text.EnumerateRunes().Count() > ColumnsMax)
            .Select(line => source.At(
                line.Line, $"a line of {line.Text.EnumerateRunes().Count()} columns",
                $"break it at {ColumnsMax} at most"));

    internal static IEnumerable<Finding> LongFiles(Source source) =>
        source.Lines.Count > LinesMax
            ? [source.At(0, $"{source.Lines.Count} lines", $"look for the second idea; {LinesMax} lines are the limit")]
            : [];

    internal static IEnumerable<Finding> Markers(string path, string text) =>
        text.Split('\n').Select((line, index) => (Match: Marker().Match(line), Line: index + 1))
            .Where(line => line.Match.Success)
            .Select(line => new Finding(
                path, line.Line, $"a marker '{line.Match.Value}' was left over",
                "do it now, or write down what is missing"));

    internal static IEnumerable<Finding> Empty(Source source)
    {
        var root = source.Root;
        var declares = root.AttributeLists.Count > 0
            || root.Usings.Any(directive => directive.GlobalKeyword.Text.Length > 0)
            || root.Members.Any(member => member is not BaseNamespaceDeclarationSyntax { Members.Count: 0 });
        return declares ? [] : [source.At(0, "declares nothing", "delete the file")];
    }

    /// <summary>Sources outside every project, projects outside the solution, and sources taken out.</summary>
    internal static IEnumerable<Finding> NotBuilt(
        IEnumerable<string> sources, IReadOnlyCollection<Project> projects, IReadOnlyCollection<string> solution)
    {
        var folders = projects.Select(project => project.Folder).ToList();
        foreach (var path in sources)
        {
            if (!folders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)))
            {
                yield return new Finding(path, 0, "no project compiles it", "move it into a project, or delete it");
            }
        }

        foreach (var project in projects)
        {
            if (!solution.Contains(project.Path))
            {
                yield return new Finding(
                    project.Path, 0, "not in the solution", "add it: dotnet sln add, or delete it");
            }

            var compiled = project.Content.Descendants("Compile");
            foreach (var removed in compiled.Where(item => item.Attribute("Remove") is not null))
            {
                yield return new Finding(
                    project.Path, Project.LineOf(removed), "takes files out of the build", "delete the files instead");
            }
        }
    }

    internal static IEnumerable<Finding> FoldersByKind(string path) =>
        path.Split('/')[..^1].Where(KindFolders.Contains).Select(folder => new Finding(
            path, 0, $"lies in a folder '{folder}', which names a kind of file", "name the folder for the concept"));

    // The words are put together here, so that this file does not break its own rule.
    [GeneratedRegex(
        "\\b(TO" + "DO|FIX" + "ME|HA" + "CK|XX" + "X|W" + "IP)\\b",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Marker();
}
