using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Reading;

/// <summary>One C# file: its place, its text and its syntax.</summary>
/// <remarks>Units: lines count from 1. Path is relative to the repository's root, with forward slashes.</remarks>
internal sealed class Source
{
    private readonly Lazy<CompilationUnitSyntax> _root;

    internal Source(string path, string text)
    {
        (Path, Text) = (path, text);
        Lines = text.Split('\n');
        _root = new Lazy<CompilationUnitSyntax>(
            () => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview))
                .GetCompilationUnitRoot());
    }

    internal string Path { get; }

    internal string Text { get; }

    internal IReadOnlyList<string> Lines { get; }

    internal CompilationUnitSyntax Root => _root.Value;

    /// <summary>src, tests, benchmarks or examples.</summary>
    internal string Area => Path[..Math.Max(Path.IndexOf('/'), 0)];

    /// <summary>The project's name: the folder that its csproj lies in.</summary>
    internal string Project => Path.Split('/') is [var area, var project, _, ..] && area is "src" or "tests"
        ? Path.Split('/')[1]
        : Area;

    /// <summary>The part of the file's name that its type is named for: ActorCell of ActorCell.Faults.cs.</summary>
    internal string Subject => System.IO.Path.GetFileName(Path).Split('.')[0];

    internal static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    internal Finding At(SyntaxNode node, string what, string instead) => new(Path, LineOf(node), what, instead);

    internal Finding At(int line, string what, string instead) => new(Path, line, what, instead);

    /// <summary>Every whole dotted name in the code, using directives included, without spaces.</summary>
    internal IEnumerable<(SyntaxNode Node, string Name)> DottedNames()
    {
        foreach (var node in Root.DescendantNodes())
        {
            var isPart = node.Parent is MemberAccessExpressionSyntax or QualifiedNameSyntax;
            if (IsDotted(node) && !isPart && node.Parent is not BaseNamespaceDeclarationSyntax)
            {
                yield return (node, string.Concat(node.ToString().Where(c => !char.IsWhiteSpace(c))));
            }
        }
    }

    private static bool IsDotted(SyntaxNode node) => node switch
    {
        MemberAccessExpressionSyntax access =>
            access.Expression is NameSyntax or PredefinedTypeSyntax or MemberAccessExpressionSyntax,
        IdentifierNameSyntax => node.Parent is UsingDirectiveSyntax,
        _ => node is QualifiedNameSyntax,
    };
}
