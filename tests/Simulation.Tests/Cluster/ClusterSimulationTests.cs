using System.Globalization;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// Goal: the promises hold through every fault. Method: whole clusters on virtual time, a seed per run; the monitors
/// compare with the job's fault-free run.
/// </summary>
public sealed class ClusterSimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Cluster_KeepsItsPromises_ThroughTheFaultsOfEverySeed()
    {
        var count = Number("SIMULATION_SEEDS") ?? 200;
        var first = Number("SIMULATION_FIRST_SEED") ?? 1;
        var seeds = Enumerable.Range(0, (int)count).Select(i => first + (ulong)i);
        var red = seeds.AsParallel().WithDegreeOfParallelism(Environment.ProcessorCount)
            .Select(seed => SimulationRun.Of(seed)).Where(outcome => outcome.Monitor is not null).ToList();
        foreach (var group in red.GroupBy(outcome => outcome.Monitor))
        {
            var seedsOf = string.Join(", ", group.Take(20).Select(one => one.Scenario.Seed));
            output.WriteLine($"{group.Count()} hurt '{group.Key}': seeds {seedsOf}");
        }

        Assert.True(red.Count == 0, red.Count == 0 ? "" : $"{red.Count} of {count} seeds are red, such as {red[0]}");
    }

    [Fact]
    public void Replay_TellsTheWholeStory_OfOneSeed()
    {
        var seed = Number("SIMULATION_SEED") ?? 1;
        var outcome = SimulationRun.Of(seed, keepsLog: true, log: lines => File.WriteAllLines(
            Path.Combine(AppContext.BaseDirectory, "replay.log"), lines));
        Assert.True(outcome.Monitor is null, outcome.ToString());
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? ulong.Parse(value, CultureInfo.InvariantCulture)
            : null;
}
