using System.Globalization;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Chaos;

/// <summary>Kill anything, lose nothing: random faults over a job of real processes.</summary>
/// <remarks>
/// CHAOS_FAULTS is how many (25), CHAOS_SEED the first seed (1). A job that is done before its faults are is followed
/// by another with the next seed.
/// </remarks>
public sealed class ChaosTests(ITestOutputHelper output) : IDisposable
{
    private const int FaultsPerJobMax = 50;
    private const int EpochsPerFault = 25;

    private readonly Executable _distributed = new();
    private readonly RecoveryTimes _times = new();

    [Fact]
    public void Job_EndsWithTheFingerprintOfOneProcess_UnderRandomFaults()
    {
        var (left, seed) = (Number("CHAOS_FAULTS", 25), Number("CHAOS_SEED", 1));
        var perJob = Math.Min(left, FaultsPerJobMax);
        var job = new SmallJob(EpochsPerFault * (perJob + 2));
        job.Write(_distributed);
        var alone = SmallJob.TrainAlone(_distributed, "alone");
        for (var number = 0; left > 0; number++, seed++)
        {
            Tell($"seed {seed}: up to {Math.Min(left, perJob)} faults");
            var cluster = new StandaloneCluster(_distributed, "job.yaml", $"run{number}");
            var done = new ChaosRun(new Random(seed), cluster, _times, Tell).Run(job, Math.Min(left, perJob));
            Check(cluster, job, alone.Fingerprint);
            Assert.True(done > 0, "the job was done before the first fault");
            left -= done;
        }

        Tell(_times.ToString());
    }

    public void Dispose() => _distributed.Dispose();

    private void Check(StandaloneCluster cluster, SmallJob job, string fingerprint)
    {
        Assert.Equal(fingerprint, cluster.Coordinator.WaitForExit().Fingerprint);
        cluster.EndWorkers();
        Assert.Empty(_distributed.Leftovers());
        cluster.HasNoStackTraces();
        var committed = CommittedSteps.Read(_distributed.PathOf($"{cluster.RunDirectory}/journal"));
        committed.CoverEverySampleOnce(job);
        Assert.Equal(Metrics("alone"), Metrics(cluster.RunDirectory));
        Tell($"{committed.Generations} generations, {committed.RollBacks} roll backs");
    }

    private string Metrics(string folder) => File.ReadAllText(_distributed.PathOf($"{folder}/metrics.jsonl"));

    private void Tell(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line); // while it runs
    }

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : usual;
}
