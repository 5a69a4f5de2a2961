using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>Which project may know which: arrows only point down.</summary>
internal static class Layering
{
    /// <summary>What each source project may reference; what these reach comes with them.</summary>
    internal static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["Engine"] = [],
        ["Actors"] = [],
        ["Actors.TestKit"] = ["Actors"],
        ["Cluster"] = ["Actors", "Engine"],
        ["Worker"] = ["Cluster", "Actors", "Engine"],
        ["Coordinator"] = ["Cluster", "Actors", "Engine"],
        ["Simulation"] = ["Cluster", "Actors", "Engine"],
        ["Measuring"] = ["Worker", "Cluster", "Actors", "Engine"],
        ["Training"] = ["Coordinator", "Worker", "Cluster", "Actors", "Engine"],
        ["Hosting"] = ["Training", "Coordinator", "Worker", "Cluster", "Actors", "Engine"],
        ["Examples"] = ["Training", "Coordinator", "Cluster", "Engine"],
        ["Cli"] =
        [
            "Examples", "Hosting", "Training", "Coordinator", "Measuring", "Worker", "Cluster", "Actors", "Engine",
        ],
    };

    private static readonly string[] Sockets = ["System.Net"];

    /// <summary>Names that the code under a folder must not use, each with the reason.</summary>
    private static readonly (string Folder, string[] Names, string Reason)[] Banned =
    [
        ("src/Engine/", [.. Sockets, "Distributed.Actors", "Distributed.Cluster", "Distributed.Worker",
            "Distributed.Coordinator", "Akka"], "Engine knows no actors and no sockets: put it into Cluster or Worker"),
        ("src/Actors/", [.. Sockets, "Distributed.Engine", "Distributed.Cluster"],
            "Actors knows no tensors and no sockets: put it into Cluster or Worker"),
        ("src/Actors.TestKit/", [.. Sockets, "Distributed.Engine", "Distributed.Cluster"],
            "the test kit knows actors only"),
        ("src/Cluster/", ["Distributed.Engine.Layers", "Distributed.Engine.Graphs", "Distributed.Engine.Training",
            "Distributed.Engine.Optimizers"],
            "Cluster knows no models: hand it buffers and ranges"),
        ("src/Worker/", ["Distributed.Coordinator"], "Worker and Coordinator meet in Cluster's messages only"),
        ("src/Coordinator/", ["Distributed.Worker"], "Worker and Coordinator meet in Cluster's messages only"),
        ("src/Engine/Kernels/", Engine("Graphs", "Plans", "Backends", "Layers", "Optimizers", "Training", "Jobs"),
            "kernels know memory and numbers only: bind them in Backends"),
        ("src/Engine/Graphs/", Engine("Plans", "Backends", "Layers", "Training", "Optimizers", "Jobs"),
            "graphs say what is computed, not where: plan them in Plans"),
        ("src/Engine/Plans/", Engine("Backends", "Training", "Layers", "Jobs"), "plans are independent of backends"),
    ];

    internal static IEnumerable<Finding> References(IEnumerable<Project> projects)
    {
        foreach (var project in projects)
        {
            var allowed = Allowed.GetValueOrDefault(project.Name);
            if (allowed is null)
            {
                yield return new Finding(
                    project.Path, 0, $"a project '{project.Name}' that has no floor in the house",
                    $"say in {nameof(Layering)} what it may reference");
                continue;
            }

            foreach (var (name, line) in project.References().Where(reference => !allowed.Contains(reference.Name)))
            {
                yield return new Finding(
                    project.Path, line, $"{project.Name} references {name}",
                    $"arrows only point down: it may reference {string.Join(", ", allowed.DefaultIfEmpty("nothing"))}");
            }
        }
    }

    internal static IEnumerable<Finding> Names(Source source)
    {
        foreach (var rule in Banned.Where(rule => source.Path.StartsWith(rule.Folder, StringComparison.Ordinal)))
        {
            foreach (var (node, name) in source.DottedNames())
            {
                if (rule.Names.FirstOrDefault(banned => Reaches(name, banned)) is { } banned)
                {
                    yield return source.At(node, $"names {banned}", rule.Reason);
                }
            }
        }
    }

    /// <summary>True for the namespace in full, and for its tail that the enclosing namespaces make up for.</summary>
    private static bool Reaches(string name, string banned)
    {
        var tails = banned.StartsWith("Distributed.", StringComparison.Ordinal)
            ? new[] { banned, banned["Distributed.".Length..], banned[(banned.LastIndexOf('.') + 1)..] }
            : [banned];
        name = name.StartsWith("global::", StringComparison.Ordinal) ? name["global::".Length..] : name;
        return tails.Any(tail => name == tail || name.StartsWith(tail + ".", StringComparison.Ordinal));
    }

    private static string[] Engine(params string[] folders) =>
        [.. folders.Select(folder => $"Distributed.Engine.{folder}")];
}
