using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Kubernetes;

/// <summary>What every pod must say. Each rule returns what is wrong, as lines.</summary>
internal static class PodRules
{
    private static readonly (string[] Path, string Value)[] OfContainers =
    [
        (["securityContext", "allowPrivilegeEscalation"], "false"),
        (["securityContext", "readOnlyRootFilesystem"], "true"),
    ];

    private static readonly (string[] Path, string Value)[] OfPods =
    [
        (["automountServiceAccountToken"], "false"),
        (["securityContext", "runAsNonRoot"], "true"),
        (["securityContext", "runAsUser"], "1654"),
        (["securityContext", "seccompProfile", "type"], "RuntimeDefault"),
    ];

    internal static IEnumerable<string> Security(Manifests manifests)
    {
        foreach (var workload in manifests.Workloads)
        {
            var pod = Manifests.PodOf(workload);
            var wrong = Different(pod, OfPods)
                .Concat(Manifests.ContainersOf(workload).SelectMany(container => Different(container, OfContainers)))
                .Concat(Manifests.ContainersOf(workload)
                    .Where(container => !container["securityContext", "capabilities", "drop"].Texts.Contains("ALL"))
                    .Select(_ => "securityContext.capabilities.drop lacks ALL"));
            foreach (var line in wrong)
            {
                yield return $"{Manifests.NameOf(workload)}: {line}";
            }
        }
    }

    internal static IEnumerable<string> Resources(Manifests manifests) =>
        from workload in manifests.Workloads
        from container in Manifests.ContainersOf(workload)
        from path in new string[][] { ["requests", "cpu"], ["requests", "memory"], ["limits", "memory"] }
        where container["resources"][path].Text is null
        select $"{Manifests.NameOf(workload)}: resources.{string.Join('.', path)} is missing";

    /// <summary>All three probes ask the port that --health opens, at a path that exists there.</summary>
    internal static IEnumerable<string> Probes(Manifests manifests) =>
        from workload in manifests.Workloads
        from container in Manifests.ContainersOf(workload)
        let health = Commands.ValueOf(container["args"].Texts, "--health")?.Split(':')[^1]
        from probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" }
        let asked = container[probe]["httpGet"]
        let path = probe == "readinessProbe" ? "/readyz" : "/healthz"
        where health is null || Ports(container).GetValueOrDefault(asked["port"].Text ?? "") != health
            || asked["path"].Text != path
        select $"{Manifests.NameOf(workload)}: {probe} does not ask {path} at the port of --health";

    /// <summary>Every mount has a volume, and what a volume is made of exists.</summary>
    internal static IEnumerable<string> Volumes(Manifests manifests)
    {
        foreach (var workload in manifests.Workloads)
        {
            var volumes = Manifests.PodOf(workload)["volumes"].Items.ToList();
            var known = volumes.Select(volume => volume["name"].Text)
                .Concat(workload["spec", "volumeClaimTemplates"].Items.Select(claim => claim["metadata", "name"].Text));
            var mounted = Manifests.ContainersOf(workload).SelectMany(container => container["volumeMounts"].Items)
                .Select(mount => mount["name"].Text).ToList();
            foreach (var name in mounted.Except(known))
            {
                yield return $"{Manifests.NameOf(workload)}: mounts {name}, which is no volume";
            }

            var sources = volumes.SelectMany(volume => new[]
            {
                ("Secret", volume["secret", "secretName"].Text), ("ConfigMap", volume["configMap", "name"].Text),
            });
            foreach (var (kind, name) in sources.Where(source => source.Item2 is not null))
            {
                if (!manifests.OfKind(kind).Any(resource => resource["metadata", "name"].Text == name))
                {
                    yield return $"{Manifests.NameOf(workload)}: {kind} {name} does not exist";
                }
            }
        }
    }

    /// <summary>Ports that a command opens are those that the container names; its files lie in mounts.</summary>
    internal static IEnumerable<string> Arguments(Manifests manifests)
    {
        foreach (var workload in manifests.Workloads)
        {
            foreach (var container in Manifests.ContainersOf(workload))
            {
                var arguments = container["args"].Texts.ToList();
                var mounts = container["volumeMounts"].Items.Select(mount => mount["mountPath"].Text + "/").ToList();
                var ports = arguments.Where(argument => argument.StartsWith("0.0.0.0:", StringComparison.Ordinal))
                    .Select(argument => argument.Split(':')[1]);
                var lost = arguments.Where(argument => argument[0] == '/')
                    .Where(path => !mounts.Any(mount => $"{path}/".StartsWith(mount, StringComparison.Ordinal)));
                var opened = ports.Order(StringComparer.Ordinal);
                if (!opened.SequenceEqual(Ports(container).Values.Order(StringComparer.Ordinal)))
                {
                    yield return $"{Manifests.NameOf(workload)}: its ports are not those that its command opens";
                }

                foreach (var path in lost)
                {
                    yield return $"{Manifests.NameOf(workload)}: {path} lies in nothing that is mounted";
                }
            }
        }
    }

    internal static Dictionary<string, string> Ports(Node container) => container["ports"].Items
        .ToDictionary(port => port["name"].Text!, port => port["containerPort"].Text!);

    private static IEnumerable<string> Different(Node at, (string[] Path, string Value)[] needed) =>
        needed.Where(field => at[field.Path].Text != field.Value)
            .Select(field => $"{string.Join('.', field.Path)} is {at[field.Path].Text ?? "missing"}: "
                + $"needs {field.Value}");
}
