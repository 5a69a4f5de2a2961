using Distributed.Coordinator;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// Goal: after a fault the next step is committed soon. Method: processes killed on one simulated machine, where links
/// close at once; time is virtual, so it is the protocol's own waiting that is measured.
/// </summary>
public sealed class RecoveryTimeTests
{
    private static readonly SimulatedJob Job = SmallJobs.All[0];

    [Fact]
    public void Recovery_TakesLessThanASecond_AfterAWorkerIsKilled()
    {
        var run = new CalmRun(Job, 4, new ComputeOptions());
        foreach (var worker in Enumerable.Range(0, 3))
        {
            var node = run.Cluster.Workers[worker];
            run.AtStep(3 + (4 * worker), () =>
            {
                run.Cluster.CrashWorker(node);
                run.Simulator.After(TimeSpan.FromMilliseconds(500), () => run.Cluster.StartWorker(node));
            });
        }

        run.Run();
        var took = run.Events<Recovered>().Select(recovered => recovered.Took).ToList();
        Assert.Equal(3, took.Count);
        Assert.All(took, time => Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromMilliseconds(500)));
    }

    /// <summary>From the kill on, half a second of which passes before it is started again.</summary>
    [Fact]
    public void Recovery_TakesLessThanThreeSeconds_AfterTheCoordinatorIsKilled()
    {
        var run = new CalmRun(Job, 4, new ComputeOptions());
        List<TimeSpan> killed = [];
        List<TimeSpan> recovered = [];
        var heard = run.Monitors.Heard;
        run.Monitors.Heard = happened =>
        {
            heard(happened);
            if (happened is Recovered)
            {
                recovered.Add(run.Simulator.Now);
            }
        };
        foreach (var step in new[] { 3, 8, 14 })
        {
            run.AtStep(step, () =>
            {
                killed.Add(run.Simulator.Now);
                run.Cluster.Coordinator.Crash();
                run.Simulator.After(
                    TimeSpan.FromMilliseconds(500), () => run.Cluster.RestartCoordinator(powerLost: false));
            });
        }

        run.Run();
        Assert.Equal(3, recovered.Count);
        Assert.All(
            killed.Zip(recovered, (from, to) => to - from),
            time => Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(2)));
    }
}
