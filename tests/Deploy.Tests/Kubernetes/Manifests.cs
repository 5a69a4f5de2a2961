using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Kubernetes;

/// <summary>The resources of k8s/: as they lie in the base's files, or as an overlay renders.</summary>
internal sealed class Manifests(IReadOnlyList<Node> resources)
{
    internal const string Base = "k8s/base";

    internal static readonly string[] Rendered = ["k8s/base", "k8s/overlays/small", "k8s/overlays/tls"];

    internal IReadOnlyList<Node> Resources { get; } = resources;

    internal IEnumerable<Node> Workloads => OfKind("StatefulSet").Concat(OfKind("Deployment"));

    internal IEnumerable<Node> OfKind(string kind) => Resources.Where(resource => resource["kind"].Text == kind);

    internal static string NameOf(Node resource) => $"{resource["kind"].Text} {resource["metadata", "name"].Text}";

    internal static Node PodOf(Node workload) => workload["spec", "template", "spec"];

    internal static IEnumerable<Node> ContainersOf(Node workload) => PodOf(workload)["containers"].Items;

    internal static Node LabelsOf(Node workload) => workload["spec", "template", "metadata", "labels"];

    /// <summary>The base's files, with a resource in the place of each generator; a change may be made first.</summary>
    internal static Manifests OfFiles(Func<string, string>? change = null)
    {
        var resources = new List<Node>();
        foreach (var file in Node.Parse(Repository.Read($"{Base}/kustomization.yaml"))[0]["resources"].Texts)
        {
            var text = Repository.Read($"{Base}/{file}");
            resources.AddRange(Node.Parse(change?.Invoke(text) ?? text));
        }

        resources.AddRange(Node.Parse("""
            {kind: Secret, metadata: {name: cluster-token}, data: {cluster-token: ''}}
            ---
            {kind: ConfigMap, metadata: {name: job}, data: {job.yaml: ''}}
            """));
        return new Manifests(resources);
    }

    /// <summary>Renders with kubectl, in a copy that has the secrets which git does not know.</summary>
    internal static Manifests Render(string overlay)
    {
        var copy = Directory.CreateTempSubdirectory("distributed-k8s-").FullName;
        try
        {
            foreach (var file in Repository.Files("k8s", "*.yaml"))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, file))!);
                File.Copy(Repository.PathOf(file), Path.Combine(copy, file));
            }

            File.WriteAllText(Path.Combine(copy, "k8s/base/cluster-token"), "0123456789abcdef");
            foreach (var name in new[] { "tls.crt", "tls.key", "ca.crt" })
            {
                File.WriteAllText(Path.Combine(copy, "k8s/overlays/tls", name), "PEM");
            }

            var (exit, output) = Tool.Run("kubectl", "kustomize", Path.Combine(copy, overlay));
            Assert.True(exit == 0, output);
            return new Manifests(Node.Parse(output));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}
