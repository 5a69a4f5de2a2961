namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>A test that is another user for a moment.</summary>
public sealed class LinuxRootFactAttribute : FactAttribute
{
    public LinuxRootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Skip = "needs Linux, and root, who alone can be another user";
        }
    }
}
