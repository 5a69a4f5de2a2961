namespace Distributed.Simulation.Tests.Cluster;

/// <summary>What became of a run.</summary>
/// <param name="Monitor">Which monitor was hurt; null where none was.</param>
/// <param name="Problem">What it saw; empty where none was hurt.</param>
/// <param name="FaultsMet">Faults that happened.</param>
/// <param name="LogTail">Its last lines.</param>
/// <param name="VirtualTime">How long the run took on its own clock.</param>
internal sealed record Outcome(
    Scenario Scenario, string? Monitor, string Problem, int FaultsMet, IReadOnlyList<string> LogTail,
    TimeSpan VirtualTime)
{
    /// <summary>All that is needed to understand and to replay.</summary>
    public override string ToString() => Monitor is null
        ? $"seed {Scenario.Seed}: green, {Scenario}, {FaultsMet} met, {VirtualTime.TotalSeconds:0.###} s"
        : $"""
        seed {Scenario.Seed}: monitor '{Monitor}': {Problem}
        {Scenario}; the end of the event log:
        {Story.Of(LogTail)}
        replay: SIMULATION_SEED={Scenario.Seed} dotnet test -c Release tests/Simulation.Tests --filter Replay
        """;
}
