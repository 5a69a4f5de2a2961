using System.Reflection;
using Distributed.Conventions.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>Actors and their tests compile against either actor runtime, so they never name one.</summary>
internal static class ActorSources
{
    private const string Kernel = "Distributed.Actors";

    /// <summary>The runtime itself and its own tests.</summary>
    private static readonly string[] Exempt = ["src/Actors/", "src/Actors.TestKit/", "tests/Actors.Tests/"];

    /// <summary>The kernel's types and namespaces: what a name cut short to Actors.Props goes on with.</summary>
    private static readonly Lazy<HashSet<string>> KernelNames = new(() =>
        [.. Assembly.Load(Kernel).GetTypes().Select(type => type.Name.Split('`')[0]), "TestKit"]);

    internal static bool Covers(Source source) =>
        !Exempt.Any(folder => source.Path.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>Every use of a runtime's namespace: in a using of any kind, and before a name in the code.</summary>
    internal static IEnumerable<Finding> Names(Source source) =>
        source.DottedNames().Where(use => IsRuntime(use.Name) || IsAlias(use))
            .Select(use => source.At(
                use.Node, $"names the actor runtime: '{use.Name}'",
                "leave the namespace out: the project asks for it with UsesActors, or UsesTestKit, and "
                + "Directory.Build.targets supplies that of the runtime chosen"));

    private static bool IsRuntime(string name)
    {
        name = name.StartsWith("global::", StringComparison.Ordinal) ? name["global::".Length..] : name;
        var parts = name.Split('.');
        return parts[0] == "Akka"
            || name == Kernel
            || name.StartsWith(Kernel + ".", StringComparison.Ordinal)
            || (parts[0] == "Actors" && parts.Length > 1 && KernelNames.Value.Contains(parts[1].Split('<')[0]));
    }

    // The whole of "using A = Akka;" is one plain name.
    private static bool IsAlias((Microsoft.CodeAnalysis.SyntaxNode Node, string Name) use) =>
        use.Node.Parent is UsingDirectiveSyntax && use.Name == "Actors";
}
