using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Kubernetes;

/// <summary>Goal: what k8s/ deploys fits together, as it lies there and as kubectl renders it.</summary>
public sealed class ManifestTests
{
    private static readonly Func<Manifests, IEnumerable<string>>[] Rules =
    [
        PodRules.Security, PodRules.Resources, PodRules.Probes, PodRules.Volumes, PodRules.Arguments,
        SelectorRules.Selectors, SelectorRules.ServicePorts, SelectorRules.PolicyPorts, SelectorRules.ServiceNames,
    ];

    [Fact]
    public void Base_KeepsAllRules_InItsFiles() => Assert.Empty(Broken(Manifests.OfFiles()));

    [NeedsToolFact("kubectl")]
    public void Overlays_KeepAllRules_WhenRendered() => Assert.All(
        Manifests.Rendered, overlay => Assert.Empty(Broken(Manifests.Render(overlay))));

    [Theory]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem is false")]
    [InlineData("runAsNonRoot: true", "runAsUserName: me", "runAsNonRoot is missing")]
    [InlineData("drop: [ALL]", "drop: [CHOWN]", "drop lacks ALL")]
    [InlineData("cpu: 250m", "other: 250m", "requests.cpu is missing")]
    [InlineData("path: /readyz", "path: /ready", "readinessProbe does not ask /readyz")]
    [InlineData("0.0.0.0:8080", "0.0.0.0:8081", "livenessProbe does not ask /healthz")]
    [InlineData("- name: temporary\n          emptyDir", "- name: other\n          emptyDir", "mounts temporary")]
    [InlineData("secretName: cluster-token", "secretName: token", "Secret token does not exist")]
    [InlineData("containerPort: 7001", "containerPort: 7002", "its ports are not those")]
    [InlineData("mountPath: /etc/distributed/token", "mountPath: /etc/token", "lies in nothing that is mounted")]
    [InlineData("targetPort: control", "targetPort: http", "no container opens control on 7000")]
    [InlineData("port: 7001\n  egress", "port: 7009\n  egress", "nothing listens on 7009")]
    [InlineData("component: worker\n  template", "component: job\n  template", "does not match its pods")]
    [InlineData("coordinator-headless:7000", "coordinators:7000", "no Service coordinators")]
    public void Rules_SayWhatIsWrong_WhereAManifestIsChanged(string seen, string changed, string expected)
    {
        var broken = Broken(Manifests.OfFiles(text => text.Replace(seen, changed, StringComparison.Ordinal)));
        Assert.Contains(broken, line => line.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Images_AreThatOfTheProgramsVersion_Everywhere()
    {
        var version = $"distributed:{Cli.Program.Version.Split(' ')[1]}";
        var kustomized = Node.Parse(Repository.Read("k8s/base/kustomization.yaml"))[0]["images"].Items.Single();
        var images = Node.Parse(Repository.Read("deploy/compose.yaml"))[0]["services"].Entries
            .Select(service => service.Value["image"].Text)
            .Append($"{kustomized["name"].Text}:{kustomized["newTag"].Text}");
        Assert.All(images, image => Assert.Equal(version, image));
        Assert.All(
            Manifests.OfFiles().Workloads.SelectMany(Manifests.ContainersOf),
            container => Assert.Equal(kustomized["name"].Text, container["image"].Text));
    }

    [NeedsToolFact("kubectl")]
    public void Overlays_NameTheSameImage_WhenRendered() => Assert.Single(
        Manifests.Rendered.SelectMany(overlay => Manifests.Render(overlay).Workloads)
            .SelectMany(Manifests.ContainersOf).Select(container => container["image"].Text).Distinct());

    [Theory]
    [InlineData("k8s/base/cluster-token")]
    [InlineData("k8s/overlays/tls/*.crt")]
    [InlineData("k8s/overlays/tls/*.key")]
    [InlineData("deploy/secrets/")]
    public void Secrets_AreUnknownToGit_WhereTheyAreMade(string path) =>
        Assert.Contains(path, Repository.Read(".gitignore").Split('\n'));

    private static List<string> Broken(Manifests manifests) => [.. Rules.SelectMany(rule => rule(manifests))];
}
