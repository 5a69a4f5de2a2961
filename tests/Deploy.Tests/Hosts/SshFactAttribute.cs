using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Hosts;

/// <summary>Marks a test that runs ssh-cluster.sh, which is for Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SshFactAttribute : FactAttribute
{
    public SshFactAttribute() => Skip = Missing;

    /// <summary>Null where nothing is missing.</summary>
    internal static string? Missing { get; } = Find();

    private static string? Find()
    {
        var tools = new[] { "bash", "tar", "mkfifo", "tail", "openssl" };
        return !OperatingSystem.IsLinux() ? "needs Linux"
            : tools.FirstOrDefault(tool => !Tool.IsInstalled(tool)) is { } missing ? $"needs {missing}"
            : null;
    }
}

/// <summary>As SshFactAttribute, for a test with several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SshTheoryAttribute : TheoryAttribute
{
    public SshTheoryAttribute() => Skip = SshFactAttribute.Missing;
}
