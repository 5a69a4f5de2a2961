using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Containers;

/// <summary>deploy/compose.yaml.</summary>
internal static class Compose
{
    internal const string Path = "deploy/compose.yaml";

    internal static Node File { get; } = Node.Parse(Repository.Read(Path))[0];

    internal static IEnumerable<KeyValuePair<string, Node>> Services => File["services"].Entries;

    /// <summary>Of every service its command, and the one that looks at its health.</summary>
    internal static IEnumerable<(string Where, string[] Arguments)> Commands() =>
        Services.SelectMany(service => new[]
        {
            ($"{Path}: {service.Key}", service.Value["command"].Texts.ToArray()),
            ($"{Path}: health of {service.Key}", service.Value["healthcheck", "test"].Texts.Skip(2).ToArray()),
        });
}
