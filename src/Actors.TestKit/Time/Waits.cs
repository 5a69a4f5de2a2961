namespace Distributed.Actors.TestKit;

/// <summary>How long a test waits, on the machine's clock, where it does not say.</summary>
internal static class Waits
{
    /// <summary>For one expectation.</summary>
    internal static readonly TimeSpan SingleExpect = TimeSpan.FromSeconds(3);

    /// <summary>For a system's end.</summary>
    internal static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(5);

    /// <summary>For busy actors to have nothing left to do.</summary>
    internal static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(20);
}
