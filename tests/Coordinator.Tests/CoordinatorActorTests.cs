using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;
using Distributed.Engine.Optimizers.Schedules;

namespace Distributed.Coordinator.Tests;

/// <summary>The coordinator among probes: two play the workers, one the observer; time is virtual.</summary>
public sealed class CoordinatorActorTests : TestKit
{
    private const int StepsPerEpoch = 3;
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    private readonly VirtualTime _time;
    private readonly TestProbe _observer;
    private readonly TestProbe[] _workers;
    private readonly FakeStore _store = new();

    public CoordinatorActorTests()
        : this(new VirtualTime())
    {
    }

    private CoordinatorActorTests(VirtualTime time)
        : base(time)
    {
        _time = time;
        _observer = CreateTestProbe("observer");
        _workers = [CreateTestProbe("worker-a"), CreateTestProbe("worker-b")];
    }

    [Fact]
    public void Job_GoesThroughEpochsEvaluationsAndCheckpoints_ToItsEnd()
    {
        Start(epochs: 2);
        Assert.Equal(new JobStarted(2, 6, StepsPerEpoch, 2, 0), _observer.ExpectMsg<JobStarted>(Ample));
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            RunEpoch();
            AnswerEvaluation(loss: 25, hits: 40);
            Assert.Equal(
                new EpochCompleted(epoch, epoch * StepsPerEpoch, 0.5, 0.25, 0.5, 0.8),
                Observed<EpochCompleted>());
        }

        var done = Observed<JobDone>();
        Assert.Equal(
            new JobDone(6, 2, 2, 0.5, 0.5, 0.8, done.SamplesPerSecond, done.Elapsed, "fingerprint of 6"), done);
        Assert.Equal(6, _store.Saved[^1].Step);
    }

    [Fact]
    public void Leases_StartWithOneStepAndGrow_AsStepsProveQuick()
    {
        Start();
        Assert.Equal((0L, 1), Leased(AnswerLease(TimeSpan.FromMilliseconds(10))));
        Assert.Equal((1L, 2), Leased(AnswerLease(TimeSpan.FromMilliseconds(10))));
    }

    [Fact]
    public void Job_EvaluatesAndReportsTheSameResult_WhenItWasDoneAlready()
    {
        Start(epochs: 1, from: new JobCursor(3, 24, 12, 48));
        AnswerEvaluation(loss: 25, hits: 40);
        var done = Observed<JobDone>();
        Assert.Equal((3L, 0.5, 0.5, 0.0), (done.Steps, done.TrainLoss, done.TestLoss, done.SamplesPerSecond));
    }

    [Fact]
    public void StopJob_EndsAfterTheStepsInFlight_WithACheckpointOfThem()
    {
        var coordinator = Start();
        var plans = Plans<TrainPlan>();
        coordinator.Tell(new StopJob());
        Answer(plans);
        var stopped = Observed<JobStopped>();
        Assert.Equal(new JobStopped(1, "checkpoint of 1"), stopped);
    }

    [Fact]
    public void Checkpoint_IsWrittenInsideAnEpoch_WhenAMinuteHasPassed()
    {
        Start();
        AnswerLease(TimeSpan.FromSeconds(61));
        Assert.Equal(new CheckpointSaved(1, "checkpoint of 1"), Observed<CheckpointSaved>());
    }

    [Fact]
    public void Checkpoint_IsWrittenAtTheFirstEpochsEnd_ThenAtThoseFiveSecondsAfterTheLast()
    {
        Start(epochs: 4);
        RunEpoch();
        AnswerEvaluation(loss: 25, hits: 40);
        Assert.Equal(3, Observed<CheckpointSaved>().Step);
        RunEpoch();
        AnswerEvaluation(loss: 25, hits: 40);
        RunEpoch();
        _time.Advance(TimeSpan.FromSeconds(5));
        AnswerEvaluation(loss: 25, hits: 40);
        Assert.Equal(9, Observed<CheckpointSaved>().Step);
    }

    [Fact]
    public void Checkpoint_FailureIsReportedAndTheJobGoesOn_WhenTheDiskIsFull()
    {
        _store.Failure = new IOException("no space left");
        Start(epochs: 2);
        RunEpoch();
        AnswerEvaluation(loss: 25, hits: 40);
        Assert.Equal(new CheckpointFailed(3, "no space left"), Observed<CheckpointFailed>());
        Assert.Equal(3, Plans<TrainPlan>()[0].FirstStep);
    }

    [Fact]
    public void Job_FailsInOneLine_WhenTheLastCheckpointCannotBeWritten()
    {
        _store.Failure = new IOException("no space left");
        Start(epochs: 1);
        RunEpoch();
        AnswerEvaluation(loss: 25, hits: 40);
        Assert.Equal(
            "step 3: the last checkpoint could not be written: no space left",
            Observed<JobFailed>().Reason);
    }

    [Fact]
    public void Job_FailsNamingStepLayerAndMicrobatch_WhenALossIsNotFinite()
    {
        Start();
        var plans = Plans<TrainPlan>();
        var broken = new NonFinite(0, float.NaN, 4, "linear1", "matmul+bias+relu");
        Answer(plans, steps: [], broken: broken);
        var failed = Observed<JobFailed>();
        Assert.Equal(
            "step 1: the loss is NaN, first in layer 'linear1' (matmul+bias+relu), micro-batch 4; "
            + "it had no checkpoint yet; try a smaller --learning-rate", failed.Reason);
        Assert.Equal(broken, failed.NonFinite);
    }

    [Fact]
    public void Job_SaysThatTheCheckpointIsKept_WhenItHasOne()
    {
        Start(from: new JobCursor(1, 8, 4, 16));
        var broken = new NonFinite(1, float.PositiveInfinity, -1, "", "sum over the batch");
        Answer(Plans<TrainPlan>(), steps: [], broken: broken);
        Assert.Equal(
            "step 2: the loss is infinite, first in the sum over the batch; "
            + "the last good checkpoint is kept; try a smaller --learning-rate",
            Observed<JobFailed>().Reason);
    }

    [Fact]
    public void Job_FailsWithoutSaving_WhenAParameterIsNotFinite()
    {
        _store.NonFinite = "linear2.weight";
        Start(epochs: 2);
        RunEpoch();
        AnswerEvaluation(loss: 25, hits: 40);
        var failed = Observed<JobFailed>();
        Assert.Equal(
            "step 3: parameter 'linear2.weight' holds a NaN or an infinity; it had no checkpoint yet", failed.Reason);
        Assert.NotNull(failed.NonFinite);
        Assert.Empty(_store.Saved);
    }

    [Fact]
    public void Job_EndsOnce_WhenItsLastStateTurnsOutNotFinite()
    {
        _store.Failure = new NonFiniteStateException("linear2.weight");
        Start(epochs: 1);
        RunEpoch();
        AnswerEvaluation(loss: 25, hits: 40);
        Assert.Equal(
            "step 3: parameter 'linear2.weight' holds a NaN or an infinity; it had no checkpoint yet",
            Observed<JobFailed>().Reason);
        this.Settle();
        Assert.False(_observer.HasMessages);
    }

    [Fact]
    public void Job_FailsNamingWorkerPhaseAndStep_WhenAWorkerFails()
    {
        var coordinator = Start();
        Plans<TrainPlan>();
        coordinator.Tell(
            new WorkFailed(1, 0, "waiting for the other workers", "worker 1 failed", Own: false), _workers[0].Ref);
        coordinator.Tell(new WorkFailed(1, 1, "compute, step 0", "disk on fire", Own: true), _workers[1].Ref);
        Assert.Equal(
            "worker 1 of 2: compute, step 0: disk on fire", Observed<JobFailed>().Reason);
    }

    [Fact]
    public void Job_Fails_WhenAWorkerStopsWithoutAWord()
    {
        Start();
        Plans<TrainPlan>();
        Sys.Stop(_workers[1].Ref);
        Assert.Equal("worker 1 stopped without a word", Observed<JobFailed>().Reason);
    }

    [Fact]
    public void Job_FailsNamingTheSilentWorker_WhenAPlanIsNotAnsweredInTime()
    {
        Start();
        var plans = Plans<TrainPlan>();
        Answer(plans, only: 0);
        _observer.ExpectMsg<JobStarted>(Ample);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(
            "worker 1 did not answer a plan for 600 s", Observed<JobFailed>().Reason);
    }

    [Fact]
    public void Job_Fails_WhenWorkersDisagreeOnALoss()
    {
        Start();
        var plans = Plans<TrainPlan>();
        Answer(plans, only: 0);
        Answer(plans, steps: [new StepTotals(8.000001f, 4, 16)], only: 1);
        Assert.StartsWith(
            "workers disagree on the losses of steps 1 to 1", Observed<JobFailed>().Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Report_IsDropped_WhenItsGenerationIsNotTheJobs()
    {
        var coordinator = Start();
        var plans = Plans<TrainPlan>();
        coordinator.Tell(new TrainDone(0, 0, 0, [default], default, null), _workers[0].Ref);
        Answer(plans);
        Assert.Equal(new StepTotals(8, 4, 16), Observed<StepsCommitted>().Steps[0]);
    }

    /// <summary>
    /// The first lease after a better epoch keeps its parameters; at the end they come in front of the last ones.
    /// </summary>
    [Fact]
    public void Job_EndsEarlyWithTheBestInFront_WhenTheHeldOutLossNoLongerFalls()
    {
        Start(epochs: 9, watching: options => options with { EarlyStop = new Plateau(0, 0), RestoresBest = true });
        Assert.False(RunEpoch().TakesBest);
        AnswerEvaluation(loss: 25, hits: 40);
        Assert.True(RunEpoch().TakesBest);
        AnswerEvaluation(loss: 20, hits: 45);
        Assert.True(RunEpoch().TakesBest);
        AnswerEvaluation(loss: 30, hits: 35);
        var done = Observed<JobDone>();
        Assert.Equal((9L, 3, 0.4, 0.9), (done.Steps, done.Epochs, done.TestLoss, done.TestAccuracy));
        Assert.True(_store.Saved[^1].HasBest);
        Assert.Equal([0.5, 0.4, 0.6], _store.Saved[^1].TestLosses);
    }

    [Fact]
    public void Leases_CarryTheCutsThatKeptLossesLeadTo_WhenTheJobIsResumed()
    {
        var kept = new JobCursor(2 * StepsPerEpoch, 24, 12, 48) { TestLosses = [0.5, 0.6] };
        Start(epochs: 9, from: kept, watching: options => options with { RatePlateau = new Plateau(0, 0) });
        Assert.Equal(1, RunEpoch().Cuts);
        AnswerEvaluation(loss: 20, hits: 40);
        Assert.Equal(1, RunEpoch().Cuts);
        AnswerEvaluation(loss: 21, hits: 40);
        Assert.Equal(2, RunEpoch().Cuts);
    }

    private IActorRef Start(
        int epochs = 2, JobCursor? from = null, Func<CoordinatorOptions, CoordinatorOptions>? watching = null)
    {
        var options = new CoordinatorOptions
        {
            Workers = 2,
            Epochs = epochs,
            StepsPerEpoch = StepsPerEpoch,
            Microbatches = 8,
            Shape = new StateShape(100, HasOptimizerState: true, Buckets: 1),
            Evaluates = true,
            CountsHits = true,
            TestSamples = 50,
        };
        options = watching?.Invoke(options) ?? options;
        _store.Newest = from ?? JobCursor.Start;
        var observer = _observer.Ref;
        var coordinator = Sys.ActorOf(
            Props.Create(() => new CoordinatorActor(options, _store, new NoJournal(), observer, _time)));
        foreach (var worker in _workers)
        {
            coordinator.Tell(new Join(worker.Ref.Path.Name, worker.Ref.Path.Name, ""), worker.Ref);
        }

        Form();
        return coordinator;
    }

    /// <summary>The workers stand and form the generation that they are asked for.</summary>
    private void Form()
    {
        foreach (var regroup in Plans<Regroup>().Zip(_workers))
        {
            regroup.Second.Reply(new Standing(regroup.First.Generation, [], 0, []));
        }

        foreach (var form in Plans<Form>())
        {
            _workers[form.Rank].Reply(new Formed(form.Generation, form.Rank));
        }
    }

    /// <summary>The observer's next event of this kind, others skipped.</summary>
    private TEvent Observed<TEvent>() => _observer.FishForMessage<TEvent>(_ => true, Ample);

    private TPlan[] Plans<TPlan>() => [.. _workers.Select(worker => worker.ExpectMsg<TPlan>(Ample))];

    private TrainPlan AnswerLease(TimeSpan took)
    {
        var plans = Plans<TrainPlan>();
        _time.Advance(took);
        Answer(plans);
        return plans[0];
    }

    private static (long FirstStep, int Steps) Leased(TrainPlan plan) => (plan.FirstStep, plan.StepCount);

    /// <summary>Answers an epoch's leases and returns the first.</summary>
    private TrainPlan RunEpoch()
    {
        TrainPlan? first = null;
        for (var done = 0; done < StepsPerEpoch;)
        {
            var lease = AnswerLease(TimeSpan.FromMilliseconds(40));
            first ??= lease;
            done += lease.StepCount;
        }

        return first!;
    }

    /// <summary>Every step: loss 8 and 4 hits over 16 samples.</summary>
    private void Answer(
        TrainPlan[] plans, IReadOnlyList<StepTotals>? steps = null, NonFinite? broken = null, int? only = null)
    {
        foreach (var plan in plans.Where(plan => only is null || plan.Rank == only))
        {
            var worker = _workers[plan.Rank];
            worker.Reply(new TrainDone(
                plan.Generation, plan.Rank, plan.FirstStep,
                steps ?? [.. Enumerable.Repeat(new StepTotals(8, 4, 16), plan.StepCount)], default,
                plan.Rank == 1 ? broken : null));
        }
    }

    private void AnswerEvaluation(float loss, float hits)
    {
        foreach (var plan in Plans<EvaluatePlan>())
        {
            _workers[plan.Rank].Reply(plan.Rank == 0
                ? new EvaluateDone(plan.Generation, 0, [loss], [hits])
                : new EvaluateDone(plan.Generation, 1, [], []));
        }
    }
}
