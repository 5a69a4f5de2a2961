namespace Distributed.Simulation.Tests.Cluster;

/// <summary>A promise was broken.</summary>
internal sealed class MonitorException(string monitor, string problem) : Exception($"{monitor}: {problem}")
{
    internal string Monitor => monitor;

    internal string Problem => problem;
}
