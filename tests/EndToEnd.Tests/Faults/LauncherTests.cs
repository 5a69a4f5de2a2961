using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>The fault table, part two: a cluster of one command leaves no process behind, however it ends.</summary>
public sealed class LauncherTests : IDisposable
{
    private const string Cluster = "cluster --job job.yaml --json --workers 2 --run-dir";

    private readonly Executable _distributed = new();

    [Fact]
    public void Launcher_LeavesNoProcess_WhenItIsKilledWhileAWorkerIsStopped()
    {
        new SmallJob(1_000_000).Write(_distributed);
        var launcher = _distributed.Start($"{Cluster} run");
        launcher.Output.WaitForEvent("epoch");
        var workers = Workers(launcher);
        Assert.Equal(2, workers.Count);
        Signals.Send(workers[0].Id, Signals.Stop);

        Assert.Equal(128 + Signals.Kill, launcher.End(Signals.Kill).Exit);

        WaitUntilNoneIsLeft();
    }

    [Fact]
    public void Launcher_StartsAWorkerAgain_WhenItIsKilled()
    {
        var job = new SmallJob(200);
        job.Write(_distributed);
        var alone = SmallJob.TrainAlone(_distributed, "alone");
        var launcher = _distributed.Start($"{Cluster} run");
        launcher.Output.WaitForEvent("epoch");

        Signals.Send(Workers(launcher)[0].Id, Signals.Kill);

        var lost = launcher.Output.WaitForEvent("lost");
        launcher.Output.WaitForEvent("recovered");
        launcher.Errors.WaitFor(
            line => line.EndsWith("was ended by signal 9; starting it again", StringComparison.Ordinal),
            "its new start");
        Assert.Equal(alone.Fingerprint, launcher.WaitForExit().Fingerprint);
        Assert.NotEmpty(lost.GetProperty("phase").GetString()!);
        Assert.Empty(_distributed.Leftovers());
    }

    [Fact]
    public void Cluster_EndsWith130AndGoesOnWithResume_WhenCtrlCGoesToAllItsProcesses()
    {
        var job = new SmallJob(200);
        job.Write(_distributed);
        var alone = SmallJob.TrainAlone(_distributed, "alone");
        var launcher = _distributed.Start($"{Cluster} run", within: "setsid");
        launcher.Output.WaitForEvent("epoch");

        Signals.Send(-launcher.Id, Signals.Interrupt);

        var stopped = launcher.WaitForExit();
        Assert.Equal(128 + Signals.Interrupt, stopped.Exit);
        Assert.Equal("stopped", stopped.Last.GetProperty("event").GetString());
        Assert.Empty(_distributed.Leftovers());
        var resumed = _distributed.Run("cluster --resume --run-dir run --workers 3 --json");
        Assert.Equal(alone.Fingerprint, resumed.Fingerprint);
        Assert.Equal(Metrics("alone"), Metrics("run"));
        Assert.Empty(_distributed.Leftovers());
    }

    [Fact]
    public void Clusters_DoNotCollide_InOneDirectory()
    {
        new SmallJob(40).Write(_distributed);
        var alone = SmallJob.TrainAlone(_distributed, "alone");

        // Each makes a run directory of its own, named for the time.
        var both = new[] { 1, 2 }
            .Select(_ => _distributed.Start("cluster --job job.yaml --json --workers 2")).ToList();

        Assert.All(both, cluster => Assert.Equal(alone.Fingerprint, cluster.WaitForExit().Fingerprint));
        Assert.Equal(2, Directory.GetDirectories(_distributed.PathOf("runs")).Length);
    }

    [Fact]
    public void Cluster_NamesStepAndLayerAndEndsWith3_WhenTheLossIsNotFinite()
    {
        File.WriteAllText(
            _distributed.PathOf("steep.csv"),
            "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i * 20}\n")));

        var run = _distributed.Run(
            "cluster --data csv:steep.csv --task regression --model linear --learning-rate 0.005 --batch-size 8 "
            + "--microbatch-size 2 --epochs 1000 --run-dir run --json --workers 2");

        Assert.Equal(3, run.Exit);
        Assert.Matches(
            @"(?m)^distributed: step \d+: the loss is (NaN|infinite), first in layer .loss. \(.*\), micro-batch \d+; "
            + "the last good checkpoint is kept; try a smaller --learning-rate$",
            run.Error);
        Assert.Equal("failed", run.Last.GetProperty("event").GetString());
        Assert.Empty(_distributed.Leftovers());
    }

    public void Dispose() => _distributed.Dispose();

    private static List<FoundProcess> Workers(RunningProcess launcher) =>
        [.. ProcessTable.All().Where(found => found.Parent == launcher.Id)];

    private void WaitUntilNoneIsLeft()
    {
        using var bound = new CancellationTokenSource(Bounds.Hang);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (_distributed.Leftovers() is { Count: > 0 } left)
        {
            Assert.True(Tick(timer, bound.Token), $"still there: {string.Join("; ", left)}");
        }
    }

    private static bool Tick(PeriodicTimer timer, CancellationToken bound)
    {
        try
        {
            return timer.WaitForNextTickAsync(bound).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private string Metrics(string folder) => File.ReadAllText(_distributed.PathOf($"{folder}/metrics.jsonl"));
}
