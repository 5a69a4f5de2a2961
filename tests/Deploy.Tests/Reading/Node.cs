using YamlDotNet.RepresentationModel;

namespace Distributed.Deploy.Tests.Reading;

/// <summary>A place in a YAML document that may be empty: looking further down an empty place finds nothing.</summary>
internal readonly record struct Node(YamlNode? Inner)
{
    internal bool Exists => Inner is not null;

    /// <summary>The text of a scalar, else null.</summary>
    internal string? Text => (Inner as YamlScalarNode)?.Value;

    internal IEnumerable<Node> Items => Inner is YamlSequenceNode list ? list.Select(item => new Node(item)) : [];

    internal IEnumerable<string> Texts => Items.Select(item => item.Text!);

    internal IEnumerable<KeyValuePair<string, Node>> Entries => Inner is YamlMappingNode mapping
        ? mapping.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, new Node(pair.Value)))
        : [];

    /// <summary>Follows names: node["spec", "template"].</summary>
    internal Node this[params ReadOnlySpan<string> path]
    {
        get
        {
            var at = Inner;
            foreach (var name in path)
            {
                var key = new YamlScalarNode(name);
                at = at is YamlMappingNode mapping && mapping.Children.TryGetValue(key, out var next) ? next : null;
            }

            return new Node(at);
        }
    }

    /// <summary>The documents of a text.</summary>
    internal static IReadOnlyList<Node> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => new Node(document.RootNode))];
    }
}
