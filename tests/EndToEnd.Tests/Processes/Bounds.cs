namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>How long these tests wait: far longer than anything takes, so that only what hangs ends a test.</summary>
internal static class Bounds
{
    /// <summary>Until something is seen, or a process ends.</summary>
    internal static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);
}
