using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// Goal: the promises hold through every fault. Method: whole clusters on virtual time, a seed per run; the monitors
/// compare with the job's fault-free run.
/// </summary>
/// <remarks>
/// The environment says which seeds: SIMULATION_SEEDS of them (default 200) from SIMULATION_FIRST_SEED on (default 1).
/// With SIMULATION_STOP=1 the lowest red one ends the run, for a program that wants to know no more than that.
/// </remarks>
public sealed class ClusterSimulationTests(ITestOutputHelper output)
{
    private const int SeedsShown = 20;

    [Fact]
    public void Cluster_KeepsItsPromises_ThroughTheFaultsOfEverySeed()
    {
        var count = (int)(Number("SIMULATION_SEEDS") ?? 200);
        var red = Run(Number("SIMULATION_FIRST_SEED") ?? 1, count, stops: Number("SIMULATION_STOP") == 1);
        foreach (var group in red.GroupBy(outcome => outcome.Monitor))
        {
            var seeds = string.Join(", ", group.Take(SeedsShown).Select(one => one.Scenario.Seed));
            output.WriteLine($"{group.Count()} hurt '{group.Key}': seeds {seeds}");
        }

        if (red.Count > 0)
        {
            // For tests/planted-faults.sh.
            output.WriteLine($"red seed {red[0].Scenario.Seed} monitor '{red[0].Monitor}'");
        }

        Assert.True(red.Count == 0, red.Count == 0 ? "" : $"{red.Count} of {count} seeds are red, such as {red[0]}");
    }

    [Fact]
    public void Replay_KeepsItsPromises_WhenOneSeedIsRun()
    {
        var seed = Number("SIMULATION_SEED") ?? 1;
        var outcome = SimulationRun.Of(seed, keepsLog: true, log: lines => File.WriteAllLines(
            Path.Combine(AppContext.BaseDirectory, "replay.log"), lines));
        Assert.True(outcome.Monitor is null, outcome.ToString());
    }

    /// <summary>The red outcomes, by seed. Where it stops, the first of them is the lowest red seed.</summary>
    private static List<Outcome> Run(ulong first, int count, bool stops)
    {
        var red = new ConcurrentBag<Outcome>();
        var seeds = Enumerable.Range(0, count).Select(i => first + (ulong)i);
        Parallel.ForEach(
            Partitioner.Create(seeds, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            (seed, loop) =>
            {
                var outcome = SimulationRun.Of(seed);
                if (outcome.Monitor is null)
                {
                    return;
                }

                red.Add(outcome);
                if (stops)
                {
                    loop.Break(); // what comes before it in order is still run
                }
            });
        return [.. red.OrderBy(outcome => outcome.Scenario.Seed)];
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? ulong.Parse(value, CultureInfo.InvariantCulture)
            : null;
}
