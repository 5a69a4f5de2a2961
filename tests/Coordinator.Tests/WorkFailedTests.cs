using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

/// <summary>A worker's own work throws: whether it is the machine or the job.</summary>
public sealed class WorkFailedTests : RecoveryKit
{
    [Fact]
    public void Worker_IsLeftBehind_WhenOthersCanGoOn()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Watch(workers[1].Ref);
        Fail(workers[1], rank: 1, generation: 1);
        ExpectTerminated(workers[1].Ref, Ample);
        Assert.Equal(
            new WorkerLost("worker-1", "training step 1", 0, "compute, step 1: out of memory"),
            Observed<WorkerLost>());
        TestProbe[] left = [workers[0], workers[2]];
        Stand(left, generation: 2, step: 0);
        Form(left);
        Answer(left, Expect<TrainPlan>(left));
        Assert.Equal("worker-1: compute, step 1: out of memory", Observed<Recovered>().Cause);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Job_EndsNamingWorkerPhaseAndCause_WhenTheSameStepFailsOnAnother()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Fail(workers[1], rank: 1, generation: 1);
        TestProbe[] left = [workers[0], workers[2]];
        Stand(left, generation: 2, step: 0);
        Form(left);
        Expect<TrainPlan>(left);
        Fail(left[1], rank: 1, generation: 2);
        Assert.Equal("worker-2: compute, step 1: out of memory", Observed<JobFailed>().Reason);
    }

    [Fact]
    public void Job_Ends_WhenItsOnlyWorkerFails()
    {
        var workers = Begin(1);
        Expect<TrainPlan>(workers);
        Fail(workers[0], rank: 0, generation: 1);
        Assert.Equal("worker-0: compute, step 1: out of memory", Observed<JobFailed>().Reason);
    }

    private void Fail(TestProbe worker, int rank, long generation) => Coordinator.Tell(
        new WorkFailed(generation, rank, "compute, step 1", "out of memory", Own: true), worker.Ref);
}
