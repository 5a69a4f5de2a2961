using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>
/// The fault table, part four: a coordinator without a job, a job that is submitted to it, workers that lack its data.
/// </summary>
public sealed class ServiceTests : IDisposable
{
    private readonly Executable _distributed = new();

    [Theory]
    [InlineData("status", 0, "no job: ")]
    [InlineData("stop", 2, "there is no job: give one with distributed submit JOB.yaml")]
    [InlineData("checkpoint", 2, "there is no job: give one with distributed submit JOB.yaml")]
    public void Coordinator_SaysSo_WhenThereIsNoJob(string command, int exit, string says)
    {
        var coordinator = Start("");

        var run = _distributed.Run($"{command} --coordinator service");

        Assert.Equal(exit, run.Exit);
        Assert.Contains(says, string.Join('\n', run.Lines) + run.Error, StringComparison.Ordinal);
        Assert.Equal(128 + Signals.Terminate, coordinator.End(Signals.Terminate).Exit);
    }

    /// <summary>
    /// The data are there when the job is submitted, and others under the same name when the workers come: they get
    /// those of the job, the first from the coordinator, and one that comes later from the cache.
    /// </summary>
    [Fact]
    public void SubmittedJob_EndsWithTheFingerprintOfOneProcess_OnWorkersWithOtherData()
    {
        var job = new SmallJob(200);
        job.Write(_distributed);
        var alone = SmallJob.TrainAlone(_distributed, "alone");
        var coordinator = Start("--workers-min 2");
        Assert.Equal(0, _distributed.Run("submit job.yaml --coordinator service").Exit);
        _distributed.WriteTable("points.csv");

        var refused = _distributed.Run("submit job.yaml --coordinator service");
        LosesAWorkerWhileGathering(coordinator);
        var first = StartWorker("first");
        var second = StartWorker("second");
        coordinator.Output.WaitForEvent("epoch");
        var late = StartWorker("late");
        coordinator.Output.WaitFor(
            line => line.StartsWith("{\"event\":\"members\"", StringComparison.Ordinal) && line.Contains("\"late\""),
            "the late worker");

        Assert.Equal(alone.Fingerprint, coordinator.Output.WaitForEvent("done").GetProperty("fingerprint").GetString());
        Assert.Equal(2, refused.Exit);
        Assert.Contains("has a job already", refused.Error, StringComparison.Ordinal);
        Assert.All([first, second], worker => worker.Errors.WaitFor(
            line => line.Contains("those here are others: content hash") || line.Contains("joins job"), "its data"));
        Assert.DoesNotContain(late.Errors.Lines, line => line.Contains("fetching", StringComparison.Ordinal));
        Assert.All(
            [first, second, late, coordinator],
            process => Assert.Equal(128 + Signals.Terminate, process.End(Signals.Terminate).Exit));
    }

    [Fact]
    public void Worker_FetchesItsDataAgain_WhenItsCacheIsDamaged()
    {
        new SmallJob(1_000_000).Write(_distributed);
        Start("");
        Assert.Equal(0, _distributed.Run("submit job.yaml --coordinator service").Exit);
        File.Delete(_distributed.PathOf("points.csv"));
        var first = StartWorker("first");
        first.Errors.WaitFor(line => line.Contains("fetching them from"), "the first fetch");
        first.Errors.WaitFor(line => line.Contains("joins job"), "its joining");
        var pack = Directory.GetFiles(_distributed.PathOf("cache")).Single();
        using (var file = File.OpenWrite(pack))
        {
            file.Position = file.Length / 2;
            file.WriteByte(0xa5);
            file.WriteByte(0x5a);
        }

        var second = StartWorker("second");

        second.Errors.WaitFor(line => line.Contains("fetching them from"), "another fetch");
        second.Errors.WaitFor(line => line.Contains("joins job"), "its joining");
    }

    public void Dispose() => _distributed.Dispose();

    private RunningProcess Start(string more)
    {
        var coordinator = _distributed.Start($"coordinator --run-dir service --json {more}");
        coordinator.Errors.WaitFor(
            line => line.StartsWith("coordinator at", StringComparison.Ordinal), "the coordinator's address");
        return coordinator;
    }

    private RunningProcess StartWorker(string name) =>
        _distributed.Start($"worker --join service --cache-dir cache --name {name}");

    private void LosesAWorkerWhileGathering(RunningProcess coordinator)
    {
        var worker = StartWorker("early");
        coordinator.Output.WaitForEvent("joined");
        worker.End(Signals.Kill);
        var lost = coordinator.Output.WaitForEvent("lost");
        Assert.Equal("early", lost.GetProperty("worker").GetString());
        Assert.Equal("gathering", lost.GetProperty("phase").GetString());
    }
}
