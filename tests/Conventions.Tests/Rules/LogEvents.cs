using Distributed.Conventions.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>Log event ids, each used once in the whole product, so that a search for one finds one place.</summary>
internal static class LogEvents
{
    internal static IEnumerable<Finding> Repeated(IEnumerable<Source> sources) =>
        sources.SelectMany(source => Ids(source).Select(id => (Source: source, id.Node, id.Id)))
            .GroupBy(use => use.Id)
            .SelectMany(uses => uses.Skip(1).Select(use => use.Source.At(
                use.Node, $"log event id {use.Id} is taken",
                $"choose a free one; {uses.First().Source.Path} has this one")));

    private static IEnumerable<(SyntaxNode Node, string Id)> Ids(Source source)
    {
        foreach (var node in source.Root.DescendantNodes())
        {
            if (node is AttributeSyntax { ArgumentList.Arguments: var arguments } attribute
                && attribute.Name.ToString().EndsWith("LoggerMessage", StringComparison.Ordinal))
            {
                var named = arguments.FirstOrDefault(argument =>
                    (argument.NameEquals?.Name ?? argument.NameColon?.Name)?.ToString() is "EventId" or "eventId");
                var id = named ?? arguments.FirstOrDefault(argument => argument.Expression is LiteralExpressionSyntax);
                if (id is not null)
                {
                    yield return (node, id.Expression.ToString());
                }
            }
            else if (node is ObjectCreationExpressionSyntax { Type: var type, ArgumentList.Arguments: [var first, ..] }
                && type.ToString().Split('.')[^1] == "EventId")
            {
                yield return (node, first.Expression.ToString());
            }
        }
    }
}
