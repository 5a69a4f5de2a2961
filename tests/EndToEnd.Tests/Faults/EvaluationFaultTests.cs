using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>The fault table, part five: deaths while a job evaluates, which this job does most of the time.</summary>
public sealed class EvaluationFaultTests : IDisposable
{
    private const int DeathsMax = 12;

    private readonly Executable _distributed = new();

    [Fact]
    public async Task Job_NamesTheEvaluationAndGoesOn_WhenAWorkerIsKilledInIt()
    {
        _distributed.WriteTable("points.csv", rows: 20_000);
        File.WriteAllText(
            _distributed.PathOf("job.yaml"),
            "data: csv:points.csv\nholdout: 0.99\nmodel: mlp:256,256\nepochs: 1000000\noptimizer: sgd\n"
            + "batch-size: 200\n");
        var cluster = new StandaloneCluster(_distributed, "job.yaml", "run");
        cluster.StartCoordinator();
        cluster.StartWorkers(2);

        // Which phase a kill meets is chance; most meet this one.
        var phase = "";
        for (var deaths = 0; deaths < DeathsMax && !phase.StartsWith("evaluating", StringComparison.Ordinal); deaths++)
        {
            // Shortly after an epoch's end the only step of the next one is done.
            using var later = new PeriodicTimer(TimeSpan.FromMilliseconds(10 * (deaths + 1)));
            cluster.WaitForEpoch(cluster.Log.Count);
            await later.WaitForNextTickAsync();
            await later.WaitForNextTickAsync();
            var (name, from) = (cluster.Workers.Keys.First(), cluster.Log.Count);
            cluster.Kill(name);
            phase = cluster.Log.WaitForEvent("lost", from: from).GetProperty("phase").GetString()!;
            Assert.NotNull(cluster.WaitForRecovery(from));
            var next = cluster.StartWorker();
            cluster.WaitForMembers(members => members.Contains(next), from);
        }

        Assert.Matches(@"^evaluating epoch \d+$", phase);
        cluster.HasNoStackTraces();
    }

    public void Dispose() => _distributed.Dispose();
}
