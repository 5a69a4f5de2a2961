using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Tests;

/// <summary>A worker whose compute hangs, beside one that is slow: both answer, one of them moves.</summary>
public sealed class HangingWorkerTests : RecoveryKit
{
    [Fact]
    public void Worker_IsLeftBehindWithPhaseStepAndCause_WhenItComputesWithoutGettingFurther()
    {
        var workers = BeginMeasured();
        Watch(workers[1].Ref);
        for (var asked = 0; asked < 2; asked++)
        {
            Ask(workers, step: 1);
        }

        var troubled = Observed<WorkerTroubled>();
        Assert.Equal(
            ("worker-1", "keeps the others waiting in step 2, 3 s so far"), (troubled.Name, troubled.Cause));
        Time.Advance(Recovery.AskBound);
        ExpectTerminated(workers[1].Ref, Ample);
        var lost = Observed<WorkerLost>();
        Assert.Equal(("worker-1", 1L), (lost.Name, lost.Step));
        Assert.StartsWith("training step", lost.Phase, StringComparison.Ordinal);
        Assert.Equal("its compute does not get any further, 3 s long", lost.Cause);
        Stand(workers[..1], generation: 2, step: 1);
        AssertNothingUnhandled();
    }

    [Fact]
    public void SlowWorker_Stays_WhileItMoves()
    {
        var workers = BeginMeasured();
        for (var asked = 0; asked < 5; asked++)
        {
            Ask(workers, step: 1 + asked);
        }

        Time.Advance(Recovery.AskBound);
        Expect<HowFar>(workers);
        Assert.False(workers[1].HasMessages);
        AssertNothingUnhandled();
    }

    private TestProbe[] BeginMeasured()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        Time.Advance(TimeSpan.FromMilliseconds(100));
        Answer(workers, plans);
        Expect<TrainPlan>(workers);
        this.Settle();
        return workers;
    }

    private void Ask(TestProbe[] workers, long step)
    {
        Time.Advance(Recovery.AskBound);
        Expect<HowFar>(workers);
        workers[0].Reply(new Position(1, 0, step, 3, false, [1]));
        workers[1].Reply(new Position(1, 1, step, 0, true, []));
        this.Settle();
    }
}
