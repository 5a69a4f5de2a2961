using System.Text.RegularExpressions;
using Distributed.Conventions.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>How tests, namespaces and files are named.</summary>
internal static partial class Naming
{
    /// <summary>Files of several types of equal rank, named for what they are together.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Families = new Dictionary<string, string>
    {
        ["src/Actors.TestKit/Events/EventFilter.cs"] = "the mirrored kit's name for what its factory makes",
        ["src/Actors/Messages/LifecycleMessages.cs"] = "messages that the system sends and understands",
        ["src/Cluster/Messages/Membership.cs"] = "the conversation about who takes part, in the order of its messages",
        ["src/Cluster/Messages/Protocol.cs"] = "the conversation, in the order of its messages",
        ["src/Engine/Graphs/Operations/Dot.cs"] = "products of vectors, put together from other operations",
        ["src/Engine/Graphs/Operations/Leaves.cs"] = "the operations without inputs",
        ["tests/Engine.Tests/Kernels/ElementWise/ProbeOperators.cs"] = "operators that only tests need",
    };

    internal static IEnumerable<Finding> Tests(Source source)
    {
        foreach (var type in source.Root.DescendantNodes().OfType<TypeDeclarationSyntax>())
        {
            var tests = type.Members.OfType<MethodDeclarationSyntax>().Where(IsTest).ToList();
            if (tests.Count > 0 && !type.Identifier.Text.EndsWith("Tests", StringComparison.Ordinal)
                && !type.Modifiers.Any(modifier => modifier.ValueText == "abstract"))
            {
                yield return source.At(
                    type, $"the test class '{type.Identifier.Text}'", "let its name end in Tests");
            }

            foreach (var test in tests.Where(test => !TestName().IsMatch(test.Identifier.Text)))
            {
                yield return source.At(
                    test, $"the test '{test.Identifier.Text}'", "name it Subject_DoesWhat(_WhenWhere)");
            }
        }
    }

    /// <summary>A namespace is the project's, then as many of the folders as it likes, in order.</summary>
    internal static IEnumerable<Finding> Namespaces(Source source)
    {
        var project = source.Area is "src" or "tests" ? source.Project
            : char.ToUpperInvariant(source.Area[0]) + source.Area[1..];
        var folders = source.Path.Split('/')[(source.Area is "src" or "tests" ? 2 : 1)..^1];
        var whole = string.Join('.', folders.Prepend($"Distributed.{project}"));
        foreach (var declared in source.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
        {
            var name = declared.Name.ToString();
            var fits = (whole + ".").StartsWith(name + ".", StringComparison.Ordinal)
                && (name + ".").StartsWith($"Distributed.{project}.", StringComparison.Ordinal);
            if (!fits)
            {
                yield return source.At(
                    declared, $"the namespace {name}", $"name it {whole}, or a leading part of that");
            }
        }

        if (source.Root.Members.FirstOrDefault(member => member is BaseTypeDeclarationSyntax) is { } bare)
        {
            yield return source.At(bare, "a type outside any namespace", $"put it into {whole}");
        }
    }

    /// <summary>A file is named for a type in it; companions stay beside that type.</summary>
    /// <remarks>
    /// Also allowed: a plural for a family (RowKernels.cs holds SoftmaxKernel and others), the operation for a file
    /// that adds to Tensor (Exp.cs holds ExpOperation), an interface's I left out, and the families listed above.
    /// </remarks>
    internal static IEnumerable<Finding> FileNames(Source source)
    {
        var types = source.Root.DescendantNodes()
            .Where(node => node.Parent is BaseNamespaceDeclarationSyntax)
            .Select(node => node switch
            {
                BaseTypeDeclarationSyntax type => type.Identifier.Text,
                DelegateDeclarationSyntax type => type.Identifier.Text,
                _ => "",
            })
            .Where(name => name.Length > 0)
            .ToHashSet();
        var subject = source.Subject;
        var kind = LastWord().Match(subject).Value;
        var fits = types.Count == 0 || types.Contains(subject) || types.Contains(subject + "Operation")
            || types.Contains("I" + subject)
            || (kind.EndsWith('s') && types.Any(type => type.Contains(kind[..^1], StringComparison.Ordinal)))
            || Families.ContainsKey(source.Path);
        return fits
            ? []
            : [source.At(0, $"holds {string.Join(", ", types)}", "name the file for the type that carries its idea")];
    }

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes)
            .Any(attribute => attribute.Name.ToString().Split('.')[^1] is var name
                && (name.EndsWith("Fact", StringComparison.Ordinal)
                    || name.EndsWith("Theory", StringComparison.Ordinal)));

    [GeneratedRegex("[A-Z][a-z0-9]*$", RegexOptions.NonBacktracking)]
    private static partial Regex LastWord();

    [GeneratedRegex(
        "^[A-Z][A-Za-z0-9]*(_[A-Z0-9][A-Za-z0-9]*){1,2}$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();
}
