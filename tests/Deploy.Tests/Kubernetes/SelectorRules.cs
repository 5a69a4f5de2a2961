using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Kubernetes;

/// <summary>Whether resources find each other. Each rule returns what is wrong, as lines.</summary>
internal static class SelectorRules
{
    private const string Dns = "53";

    /// <summary>Every selector finds a pod, and a workload's its own.</summary>
    internal static IEnumerable<string> Selectors(Manifests manifests)
    {
        foreach (var workload in manifests.Workloads)
        {
            var selector = workload["spec", "selector", "matchLabels"];
            if (!Matches(selector, workload))
            {
                yield return $"{Manifests.NameOf(workload)}: its selector does not match its pods";
            }
        }

        var selecting = manifests.OfKind("Service").Select(resource => (resource, resource["spec", "selector"]))
            .Concat(manifests.OfKind("PodDisruptionBudget")
                .Select(resource => (resource, resource["spec", "selector", "matchLabels"])))
            .Concat(manifests.OfKind("NetworkPolicy")
                .Select(resource => (resource, resource["spec", "podSelector", "matchLabels"])));
        foreach (var (resource, selector) in selecting)
        {
            if (!manifests.Workloads.Any(workload => Matches(selector, workload)))
            {
                yield return $"{Manifests.NameOf(resource)}: selects no pod";
            }
        }
    }

    /// <summary>A Service leads to a port that its pods name; its own number is the one that they open.</summary>
    internal static IEnumerable<string> ServicePorts(Manifests manifests) =>
        from service in manifests.OfKind("Service")
        from workload in manifests.Workloads
        where Matches(service["spec", "selector"], workload)
        from container in Manifests.ContainersOf(workload)
        from port in service["spec", "ports"].Items
        where PodRules.Ports(container).GetValueOrDefault(port["targetPort"].Text ?? "") != port["port"].Text
        select $"{Manifests.NameOf(service)}: no container opens {port["name"].Text} on {port["port"].Text}";

    /// <summary>What a policy lets in is a port of the pods that it is about; what it lets out, of some pod, or DNS.
    /// </summary>
    internal static IEnumerable<string> PolicyPorts(Manifests manifests)
    {
        var all = manifests.Workloads.SelectMany(PortsOf).Append(Dns).ToHashSet();
        foreach (var policy in manifests.OfKind("NetworkPolicy"))
        {
            var own = manifests.Workloads
                .Where(workload => Matches(policy["spec", "podSelector", "matchLabels"], workload))
                .SelectMany(PortsOf).ToHashSet();
            var wrong = PolicyPorts(policy, "ingress").Where(port => !own.Contains(port))
                .Concat(PolicyPorts(policy, "egress").Where(port => !all.Contains(port)));
            foreach (var port in wrong)
            {
                yield return $"{Manifests.NameOf(policy)}: nothing listens on {port}";
            }
        }
    }

    /// <summary>Workers join a Service that exists, and a StatefulSet has the one that it names.</summary>
    internal static IEnumerable<string> ServiceNames(Manifests manifests)
    {
        var joined = manifests.Workloads.SelectMany(Manifests.ContainersOf)
            .Select(container => Commands.ValueOf(container["args"].Texts, "--join")?.Split(':')[0]);
        var governing = manifests.OfKind("StatefulSet").Select(set => set["spec", "serviceName"].Text);
        return joined.Concat(governing).OfType<string>()
            .Except(manifests.OfKind("Service").Select(service => service["metadata", "name"].Text!))
            .Select(name => $"there is no Service {name}");
    }

    private static IEnumerable<string> PolicyPorts(Node policy, string direction) =>
        policy["spec"][direction].Items.SelectMany(rule => rule["ports"].Items).Select(port => port["port"].Text!);

    private static IEnumerable<string> PortsOf(Node workload) =>
        Manifests.ContainersOf(workload).SelectMany(container => PodRules.Ports(container).Values);

    private static bool Matches(Node selector, Node workload)
    {
        var labels = Manifests.LabelsOf(workload);
        return selector.Entries.Any() && selector.Entries.All(entry => labels[entry.Key].Text == entry.Value.Text);
    }
}
