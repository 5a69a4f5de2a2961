using Distributed.Conventions.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>Actor sources compile against either actor runtime, so they never name one.</summary>
internal static class ActorSources
{
    internal static IEnumerable<Finding> Usings(Source source) =>
        source.Root.DescendantNodes().OfType<UsingDirectiveSyntax>()
            .Where(directive => directive.Name?.ToString() is { } name
                && (name == "Distributed.Actors" || name.Split('.')[0] == "Akka"))
            .Select(directive => source.At(
                directive, $"writes 'using {directive.Name}'",
                "leave it out: Directory.Build.targets supplies the runtime that ActorRuntime chooses"));
}
