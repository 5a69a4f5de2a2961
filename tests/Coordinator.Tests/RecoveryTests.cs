using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator.Tests;

/// <summary>A coordinator that meets faults, among probes that play its workers; time is virtual.</summary>
public sealed class RecoveryTests : TestKit
{
    private const int Length = 96;
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly StepTotals Totals = new(8, 4, 16);
    private static readonly RecoveryOptions Recovery = new();

    private readonly VirtualTime _time;
    private readonly TestProbe _observer;
    private readonly FakeStore _store = new() { Address = "store" };
    private FakeJournal _journal = new();
    private IActorRef _coordinator = ActorRefs.Nobody;

    public RecoveryTests()
        : this(new VirtualTime())
    {
    }

    private RecoveryTests(VirtualTime time)
        : base(time)
    {
        _time = time;
        _observer = CreateTestProbe("observer");
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
    }

    [Fact]
    public void Job_GoesOnFromTheStepThatSurvives_WhenAWorkerDiesWhileTraining()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[1].Ref);
        var left = new[] { workers[0], workers[2] };
        Stand(left, generation: 2, step: 1);
        var forms = Form(left);
        Assert.All(forms, form => Assert.Equal((2L, At(1), 2), (form.Generation, form.Cursor, form.Members.Length)));
        Assert.Equal(1, Expect<TrainPlan>(left)[0].FirstStep);
        var changed = Observed<MembersChanged>();
        Assert.Equal((2L, 1L), (changed.Generation, changed.Step));
        Assert.Equal(["worker-0", "worker-2"], changed.Workers);
        Assert.Equal("worker-1 is gone; 2 of 2 hold the state of step 1", changed.Reason);
        Assert.Equal(new StepsCommitted(0, [Totals], TimeSpan.Zero, []), Observed<StepsCommitted>(), SameSteps);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_IsTakenIn_AtTheEndOfALease()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        var joiner = Join("worker-2");
        joiner.ExpectNoMsg(TimeSpan.Zero);
        Answer(workers, plans);
        TestProbe[] all = [.. workers, joiner];
        Expect<Regroup>(all);
        Stand(workers, 2, step: 1, isAsked: true);
        joiner.Reply(new Standing(2, [], 0, []));
        var forms = Form(all);
        Assert.Equal(3, forms[0].Members.Length);
        Assert.Contains(forms[2].Incoming, transfer => transfer.Weights);
        Assert.All(Expect<TrainPlan>(all), plan => Assert.Equal((2L, 1L), (plan.Generation, plan.FirstStep)));
        Assert.Equal("worker-2 joins; 2 of 3 hold the state of step 1", Observed<MembersChanged>().Reason);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_IsReleased_OnceOthersHoldWhatItHeld()
    {
        var workers = Begin(2);
        var plans = Expect<TrainPlan>(workers);
        _coordinator.Tell(new Leave(), workers[0].Ref);
        Answer(workers, plans);
        Stand(workers, generation: 2, step: 1);
        var given = workers[0].FishForMessage<Form>(_ => true, Ample);
        var got = workers[1].FishForMessage<Form>(_ => true, Ample);
        Assert.Equal((-1, 0), (given.Rank, got.Rank));
        Assert.False(workers[0].HasMessages);
        workers[1].Reply(new Formed(2, 0));
        workers[0].FishForMessage<Released>(_ => true, Ample);
        Assert.Equal(2, Expect<TrainPlan>([workers[1]])[0].Generation);
        AssertNothingUnhandled();
    }

    /// <summary>What a giver misses is no member's complaint, and does not end the generation.</summary>
    [Fact]
    public void Complaint_OfAGiver_ChangesNothing()
    {
        var workers = Begin(3);
        var plans = Expect<TrainPlan>(workers);
        _coordinator.Tell(new Leave(), workers[0].Ref);
        Answer(workers, plans);
        Stand(workers, generation: 2, step: 1);
        Expect<Form>(workers);
        workers[1].Reply(new Formed(2, 0));
        workers[0].Reply(new PeersLost(2, -1, [], "no state"));
        workers[2].Reply(new Formed(2, 1));
        Expect<TrainPlan>(workers[1..]);
        workers[0].Reply(new PeersLost(2, -1, [0], "closed"));
        Assert.Equal(2, Observed<MembersChanged>().Generation);
        Answer(workers[1..], [.. new[] { 0, 1 }.Select(rank => new TrainPlan(2, rank, 1, 1, Sharding.Equal(2)))]);
        Assert.Equal(2, Expect<TrainPlan>(workers[1..])[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_IsExpelled_WhenItDoesNotSayInTimeWhatItHolds()
    {
        var workers = Begin(3);
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[2].Ref);
        Expect<Regroup>(workers[..2]);
        workers[0].Reply(Standing(2, 1));
        Watch(workers[1].Ref);
        _time.Advance(Recovery.RegroupBound - TimeSpan.FromTicks(1));
        Assert.False(workers[0].HasMessages);
        _time.Advance(TimeSpan.FromTicks(1));
        ExpectTerminated(workers[1].Ref, Ample);
        _coordinator.Tell(Standing(2, 1), workers[1].Ref);
        Assert.Single(Form(workers[..1])[0].Members);
        Expect<TrainPlan>(workers[..1]);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Worker_ReplacesItself_WhenItJoinsAgainBeforeItsLinkHasClosed()
    {
        var workers = Begin(2);
        Expect<TrainPlan>(workers);
        Watch(workers[1].Ref);
        var again = Join("worker-1", "again");
        ExpectTerminated(workers[1].Ref, Ample);
        TestProbe[] both = [workers[0], again];
        Stand(both, generation: 2, step: 0);
        Assert.Equal(2, Form(both)[0].Members.Length);
        Expect<TrainPlan>(both);
        Assert.StartsWith("worker-1 joined again", Observed<MembersChanged>().Reason, StringComparison.Ordinal);
        AssertNothingUnhandled();
    }

    [Fact]
    public void OneOfTwo_IsExpelled_WhenTheyDoNotReachEachOther()
    {
        var workers = Begin(3);
        var plans = Expect<TrainPlan>(workers);
        Watch(workers[2].Ref);
        _coordinator.Tell(new PeersLost(1, 1, [2], "closed"), workers[1].Ref);
        Stand(workers, generation: 2, step: 0);
        Expect<Form>(workers);
        workers[0].Reply(new Formed(2, 0));
        workers[1].Reply(new PeersLost(2, 1, [2], "no hello"));
        workers[2].Reply(new PeersLost(2, 2, [1], "no hello"));
        ExpectTerminated(workers[2].Ref, Ample);
        Stand(workers[..2], generation: 3, step: 0);
        Assert.Equal(2, Form(workers[..2])[0].Members.Length);
        Answer(workers, plans); // of generation 1: dropped
        Assert.Equal(3, Expect<TrainPlan>(workers[..2])[0].Generation);
        AssertNothingUnhandled();
    }

    [Fact]
    public void SlowWorker_IsExpelled_WhenItHoldsAFormingUp()
    {
        var workers = Begin(2);
        Expect<TrainPlan>(workers);
        _coordinator.Tell(new PeersLost(1, 0, [1], "closed"), workers[0].Ref);
        Stand(workers, generation: 2, step: 0);
        Expect<Form>(workers);
        workers[0].Reply(new PeersLost(2, 0, [], "no state"));
        Watch(workers[1].Ref);
        this.Settle();
        _time.Advance(Recovery.FormBound);
        ExpectTerminated(workers[1].Ref, Ample);
        Stand(workers[..1], generation: 3, step: 0);
        Form(workers[..1]);
        Expect<TrainPlan>(workers[..1]);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Job_RollsBack_OnlyAfterGraceForThoseWhoHoldMore()
    {
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        workers[0].Reply(new Standing(2, [], 0, []));
        this.Settle();
        _time.Advance(Recovery.Grace - TimeSpan.FromSeconds(1));
        Assert.False(workers[0].HasMessages);
        _time.Advance(TimeSpan.FromSeconds(2));
        var again = workers[0].FishForMessage<Regroup>(_ => true, Ample);
        workers[0].Reply(new Standing(again.Generation, [], 0, []));
        Assert.Equal(StartFrom.Seed, Form(workers[..1])[0].Start);
        var back = Observed<JobRolledBack>();
        Assert.Equal((1L, 0L), (back.FromStep, back.ToStep));
        Assert.Equal(0, Expect<TrainPlan>(workers[..1])[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Job_IsNotRolledBack_WhenTheWorkerThatHoldsMoreComesBackInTime()
    {
        var workers = Begin(2);
        Answer(workers, Expect<TrainPlan>(workers));
        Expect<TrainPlan>(workers);
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        workers[0].Reply(new Standing(2, [], 0, []));
        this.Settle();
        var back = Join("worker-1", "again");
        TestProbe[] both = [workers[0], back];
        var asked = Expect<Regroup>(both);
        workers[0].Reply(new Standing(asked[0].Generation, [], 0, []));
        back.Reply(Standing(asked[0].Generation, 1));
        Assert.Equal(StartFrom.Members, Form(both)[0].Start);
        Assert.Equal(1, Expect<TrainPlan>(both)[0].FirstStep);
        AssertNothingUnhandled();
    }

    [Fact]
    public void Coordinator_WaitsForItsMembersOfBefore_WhenItIsStartedAgain()
    {
        _journal = new FakeJournal { Found = new JournalState(7, ["worker-0", "worker-1"], 3) };
        Start(workers: 1);
        var first = Join("worker-0");
        this.Settle();
        Assert.False(first.HasMessages);
        var second = Join("worker-1");
        TestProbe[] both = [first, second];
        Assert.All(Expect<Regroup>(both), regroup => Assert.Equal(new Regroup(8, 3), regroup));
        first.Reply(Standing(8, 4));
        second.Reply(Standing(8, 3));
        Form(both);
        var plan = Expect<TrainPlan>(both)[0];
        Assert.Equal((8L, 4L), (plan.Generation, plan.FirstStep));
        Assert.Equal(3, Observed<JobStarted>().FirstStep);
        Assert.Equal([new GenerationBegun(8)], _journal.Entries.OfType<GenerationBegun>());
        var formed = Assert.Single(_journal.Entries.OfType<GenerationFormed>());
        Assert.Equal((8L, 3L), (formed.Generation, formed.Step));
        AssertNothingUnhandled();
    }

    [Fact]
    public void Job_GoesOnFromTheCheckpoint_WhenNobodyHoldsMore()
    {
        _store.Newest = At(2);
        var workers = Begin(2, step: 2);
        Assert.Equal(2, Expect<TrainPlan>(workers)[0].FirstStep);
        Assert.Equal(2, _store.Served.Single().Transfers.Count(transfer => transfer.Weights));
        Assert.All(_store.Served.Single().Transfers, transfer => Assert.Equal("store", transfer.From));
    }

    [Fact]
    public void Job_FailsInOneLine_WhenTheJournalCannotBeWrittenAnyMore()
    {
        var attempts = 0;
        _journal.Writing = _ =>
        {
            Interlocked.Increment(ref attempts);
            return Task.FromException(new IOException("no space left"));
        };
        Start(workers: 1);
        var worker = Join("worker-0");
        for (var attempt = 1; attempt <= Recovery.DiskAttempts; attempt++)
        {
            AwaitCondition(() => Volatile.Read(ref attempts) == attempt, Ample);
            AwaitTimer(Recovery.DiskRetryEvery, attempt < Recovery.DiskAttempts);
        }

        Assert.Equal("the journal cannot be written: no space left", Observed<JobFailed>().Reason);
        worker.ExpectMsg<JobOver>(Ample);
    }

    /// <summary>An entry of a generation that is over must not be written after the present one's.</summary>
    [Fact]
    public void JournalEntry_IsNotTriedAgain_WhenItsGenerationIsOver()
    {
        var held = new TaskCompletionSource();
        _journal.Writing = entry => entry is GenerationFormed { Generation: 1 } ? held.Task : Task.CompletedTask;
        var workers = BeginUnsealed(2);
        Sys.Stop(workers[1].Ref);
        Expect<Regroup>(workers[..1]);
        held.SetException(new IOException("no space left"));
        this.Settle();
        _time.Advance(Recovery.DiskRetryEvery * 2);
        workers[0].Reply(Standing(2, 0));
        Form(workers[..1]);
        Expect<TrainPlan>(workers[..1]);
        Assert.Single(_journal.Entries.OfType<GenerationFormed>(), formed => formed.Generation == 1);
    }

    [Fact]
    public void StaleMessages_ChangeNothing_InANewGeneration()
    {
        var workers = Begin(3);
        var plans = Expect<TrainPlan>(workers);
        Sys.Stop(workers[2].Ref);
        Expect<Regroup>(workers[..2]);
        SendStale(workers[0], plans[0]);
        Stand(workers[..2], generation: 2, step: 0, isAsked: true);
        SendStale(workers[0], plans[0]);
        Form(workers[..2]);
        var now = Expect<TrainPlan>(workers[..2]);
        SendStale(workers[0], plans[0]);
        Answer(workers[..2], now);
        Assert.Equal((2L, 1L), (Expect<TrainPlan>(workers[..2])[0].Generation, Observed<StepsCommitted>().Steps.Count));
        AssertNothingUnhandled();
    }

    private void SendStale(TestProbe worker, TrainPlan plan)
    {
        object[] stale =
        [
            new TrainDone(plan.Generation, plan.Rank, plan.FirstStep, [Totals], default, null),
            new EvaluateDone(plan.Generation, 0, [], []),
            new WorkFailed(plan.Generation, 0, "compute", "stale", Own: true),
            new PeersLost(plan.Generation, 0, [1], "stale"),
            Standing(plan.Generation, 5),
            new Formed(plan.Generation, 0),
        ];
        foreach (var message in stale)
        {
            _coordinator.Tell(message, worker.Ref);
        }
    }

    private void Start(int workers)
    {
        var options = new CoordinatorOptions
        {
            Workers = workers,
            Epochs = 2,
            StepsPerEpoch = 5,
            Microbatches = 8,
            Shape = new StateShape(Length, HasOptimizerState: true, Buckets: 2),
            Evaluates = false,
            CountsHits = true,
            TestSamples = 0,
            Recovery = Recovery,
        };
        var (observer, journal) = (_observer.Ref, _journal);
        _coordinator = Sys.ActorOf(
            Props.Create(() => new CoordinatorActor(options, _store, journal, observer, _time)));
    }

    private TestProbe Join(string node, string? name = null)
    {
        var probe = CreateTestProbe(name is null ? node : $"{node}-{name}");
        _coordinator.Tell(new Join(node, node, $"{node}:7101"), probe.Ref);
        return probe;
    }

    /// <summary>A job whose first generation is about to be sealed.</summary>
    private TestProbe[] BeginUnsealed(int count, long step = 0)
    {
        Start(count);
        var workers = Enumerable.Range(0, count).Select(index => Join($"worker-{index}")).ToArray();
        foreach (var worker in workers)
        {
            worker.ExpectMsg<Regroup>(Ample);
            worker.Reply(new Standing(1, [], 0, []));
        }

        Assert.All(Form(workers), form => Assert.Equal(step, form.Cursor.Step));
        return workers;
    }

    private TestProbe[] Begin(int count, long step = 0)
    {
        var workers = BeginUnsealed(count, step);
        _observer.ExpectMsg<JobStarted>(Ample);
        _observer.ExpectMsg<MembersChanged>(Ample);
        return workers;
    }

    private static T[] Expect<T>(IEnumerable<TestProbe> workers) =>
        [.. workers.Select(worker => worker.FishForMessage<T>(_ => true, Ample))];

    /// <summary>All of them hold the whole state of this step.</summary>
    private static void Stand(IReadOnlyList<TestProbe> workers, long generation, long step, bool isAsked = false)
    {
        foreach (var worker in workers)
        {
            if (!isAsked)
            {
                worker.FishForMessage<Regroup>(regroup => regroup.Generation == generation, Ample);
            }

            worker.Reply(Standing(generation, step));
        }
    }

    private static Standing Standing(long generation, long step) => new(
        generation, [new Holding(At(step), RangeSet.All(Length))], 0,
        [.. Enumerable.Repeat(Totals, (int)step)]);

    private static Form[] Form(IReadOnlyList<TestProbe> workers)
    {
        var forms = Expect<Form>(workers);
        foreach (var (worker, form) in workers.Zip(forms))
        {
            worker.Reply(new Formed(form.Generation, form.Rank));
        }

        return forms;
    }

    private static void Answer(IEnumerable<TestProbe> workers, IEnumerable<TrainPlan> plans)
    {
        foreach (var (worker, plan) in workers.Zip(plans))
        {
            worker.Reply(new TrainDone(
                plan.Generation, plan.Rank, plan.FirstStep,
                ImmutableArray.CreateRange(Enumerable.Repeat(Totals, plan.StepCount)), default, null));
        }
    }

    private static JobCursor At(long step) =>
        JobCursor.Start.After([.. Enumerable.Repeat(Totals, (int)step)], stepsPerEpoch: 5);

    private static bool SameSteps(StepsCommitted x, StepsCommitted y) =>
        (x.FirstStep, x.Elapsed) == (y.FirstStep, y.Elapsed) && x.Steps.SequenceEqual(y.Steps);

    private TEvent Observed<TEvent>() => _observer.FishForMessage<TEvent>(_ => true, Ample);

    /// <summary>Waits until the timer is set, then lets it fire.</summary>
    private void AwaitTimer(TimeSpan due, bool isSet)
    {
        if (isSet)
        {
            AwaitCondition(() => _time.UntilNextTimer <= due, Ample);
            _time.Advance(due);
        }
    }

    private void AssertNothingUnhandled()
    {
        this.Settle();
        while (HasMessages)
        {
            Assert.IsNotType<UnhandledMessage>(ReceiveOne(TimeSpan.Zero));
        }
    }
}
