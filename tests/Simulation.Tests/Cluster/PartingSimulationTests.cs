using Distributed.Coordinator;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>All workers leave in the middle of a job, and others come later.</summary>
public sealed class PartingSimulationTests
{
    [Fact]
    public void Job_GoesOnWithoutLosingAStep_WhenAllWorkersLeaveAndOthersCome()
    {
        var run = new CalmRun(SmallJobs.All[0], 3, new ComputeOptions());
        run.AtStep(9, () =>
        {
            var leaving = run.Cluster.Workers.ToList();
            leaving.ForEach(run.Cluster.Leave);
            run.Simulator.After(TimeSpan.FromSeconds(20), () => leaving.ForEach(node =>
            {
                Assert.False(node.IsRunning);
                run.Cluster.StartWorker(node);
            }));
        });
        run.Run();
        Assert.Equal(3, run.Events<WorkerLeft>().Count());
        Assert.Empty(run.Events<JobRolledBack>());
        Assert.Empty(run.Events<WorkerLost>());
    }
}
