using Distributed.Engine.Errors;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>What two nodes must share to train together.</summary>
public static class ClusterVersion
{
    /// <summary>Of the messages and their meaning. Raise it with every change that an older node misunderstands.
    /// </summary>
    public const int Protocol = 1;

    /// <summary>
    /// Identity of the code that computes: the engine's module version, which a deterministic build makes a function of
    /// its sources and its compiler.
    /// </summary>
    public static string KernelsBuild { get; } =
        typeof(UserErrorException).Module.ModuleVersionId.ToString("n")[..16];

    /// <summary>One line that names both where they differ; null where they are the same.</summary>
    internal static string? Refusal(string name, int protocol, string build)
    {
        if (protocol != Protocol)
        {
            return $"worker '{name}' speaks protocol version {protocol}, this coordinator speaks version {Protocol}: "
                + "install the same release on both";
        }

        return build == KernelsBuild
            ? null
            : $"worker '{name}' has kernels build {build}, this coordinator has build {KernelsBuild}: other kernels "
                + "may give other bits, so install the same build on both";
    }
}
