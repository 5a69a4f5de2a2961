using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Training.Runs;

namespace Distributed.Cli.Tests.Runs;

public sealed class MetricsLogTests : IDisposable
{
    private readonly Harness _cli = new();

    private string MetricsPath => _cli.PathOf("metrics.jsonl");

    [Fact]
    public void MetricsLog_IsCutToTheStep_WhenOpenedAgain()
    {
        using (var log = MetricsLog.Open(MetricsPath, 0, 2, countsHits: true))
        {
            log.Observe(Steps(0, 2));
            log.Observe(Epoch(1, 2));
            log.Observe(Steps(2, 1));
        }

        File.AppendAllText(MetricsPath, "{\"step\":4,\"epo");
        using (var log = MetricsLog.Open(MetricsPath, 2, 2, countsHits: true))
        {
            log.Observe(Epoch(1, 2));
            log.Observe(Steps(2, 1));
        }

        Assert.Equal(
            [
                """{"step":1,"epoch":1,"loss":0.5,"accuracy":0.25}""",
                """{"step":2,"epoch":1,"loss":0.5,"accuracy":0.25}""",
                """{"epoch":1,"step":2,"trainLoss":0.1,"trainAccuracy":0.5,"testLoss":0.3}""",
                """{"step":3,"epoch":2,"loss":0.5,"accuracy":0.25}""",
            ],
            File.ReadAllLines(MetricsPath));
    }

    [Fact]
    public void MetricsLog_LetsACheckpointWait_UntilItsLinesAreThere()
    {
        using var log = MetricsLog.Open(MetricsPath, 0, 2, countsHits: true);
        var one = log.Reached(1);
        var epoch = log.Reached(2);

        log.Observe(Steps(0, 2));
        Assert.True(one.IsCompletedSuccessfully);
        Assert.False(epoch.IsCompleted);

        log.Observe(Epoch(1, 2));
        Assert.True(epoch.IsCompletedSuccessfully);
        Assert.True(log.Reached(2).IsCompletedSuccessfully);
    }

    [Fact]
    public void MetricsLog_GoesQuiet_WhenTheDiskFails()
    {
        var log = MetricsLog.Open(MetricsPath, 0, 2, countsHits: false);
        var waiting = log.Reached(1);
        log.Dispose();

        log.Observe(Steps(0, 1));

        Assert.NotNull(log.Fault);
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    public void Dispose() => _cli.Dispose();

    private static StepsCommitted Steps(long first, int count) =>
        new(first, [.. Enumerable.Repeat(new StepTotals(4, 2, 8), count)], TimeSpan.FromSeconds(1), []);

    private static EpochCompleted Epoch(int epoch, long step) => new(epoch, step, 0.1, 0.5, 0.3, null);
}
