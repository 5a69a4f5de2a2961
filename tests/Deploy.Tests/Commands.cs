using System.Text.RegularExpressions;
using Distributed.Deploy.Tests.Containers;
using Distributed.Deploy.Tests.Hosts;
using Distributed.Deploy.Tests.Kubernetes;
using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests;

/// <summary>Every command line of `distributed` that is deployed, with what the surroundings put into it.</summary>
internal static partial class Commands
{
    private static readonly string[] Documents = ["deploy/README.md", "k8s/README.md"];

    /// <summary>What follows an option; null where it is not there.</summary>
    internal static string? ValueOf(IEnumerable<string> arguments, string option)
    {
        var list = arguments.ToList();
        var at = list.IndexOf(option);
        return at >= 0 && at + 1 < list.Count ? list[at + 1] : null;
    }

    internal static IEnumerable<(string Where, string[] Arguments)> Written() =>
        OfManifests("k8s/base, as files", Manifests.OfFiles())
            .Concat(Compose.Commands())
            .Append(("deploy/Dockerfile", Dockerfile.Read().DefaultArguments))
            .Concat(SystemdUnit.All().Select(unit => (unit.File, unit.Arguments)))
            .Concat(Documents.SelectMany(OfDocument));

    internal static IEnumerable<(string Where, string[] Arguments)> Rendered() =>
        Manifests.Rendered.SelectMany(overlay => OfManifests(overlay, Manifests.Render(overlay)));

    private static IEnumerable<(string Where, string[] Arguments)> OfManifests(string where, Manifests manifests) =>
        from workload in manifests.Workloads
        from container in Manifests.ContainersOf(workload)
        select ($"{where}: {Manifests.NameOf(workload)}",
            container["args"].Texts.Select(argument => Variable().Replace(argument, "10.0.0.1")).ToArray());

    /// <summary>The lines of a document that call the program by its name or its place in the image.</summary>
    private static IEnumerable<(string Where, string[] Arguments)> OfDocument(string document) =>
        from line in Repository.Read(document).ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal)
            .Split('\n')
        let call = Call().Match(line)
        where call.Success
        select ($"{document}: {line}", call.Groups["arguments"].Value.Split('#')[0]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"\$\([A-Z_]+\)", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();

    [GeneratedRegex(
        @"^[^`|]*(/app/|/opt/distributed/|\$ )distributed (?<arguments>[a-z].*)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Call();
}
