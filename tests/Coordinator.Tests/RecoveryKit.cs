using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator.Tests;

/// <summary>A coordinator that meets faults, among probes that play its workers; time is virtual.</summary>
public abstract class RecoveryKit : TestKit
{
    private protected const int Length = 96;
    private protected static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private protected static readonly StepTotals Totals = new(8, 4, 16);
    private protected static readonly RecoveryOptions Recovery = new();

    protected RecoveryKit()
        : this(new VirtualTime())
    {
    }

    private RecoveryKit(VirtualTime time)
        : base(time)
    {
        Time = time;
        Observer = CreateTestProbe("observer");
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
    }

    private protected VirtualTime Time { get; }

    private protected TestProbe Observer { get; }

    private protected FakeStore Store { get; } = new() { Address = "store" };

    private protected FakeJournal Journal { get; set; } = new();

    private protected IActorRef Coordinator { get; private set; } = ActorRefs.Nobody;

    /// <summary>Of the job that is started next.</summary>
    private protected CoordinatorOptions Options { get; set; } = new()
    {
        Workers = 1,
        Epochs = 2,
        StepsPerEpoch = 5,
        Microbatches = 8,
        Shape = new StateShape(Length, HasOptimizerState: true, Buckets: 2),
        Evaluates = false,
        CountsHits = true,
        TestSamples = 0,
        Recovery = Recovery,
    };

    private protected void Start(int workers)
    {
        var (options, observer, journal) = (Options with { Workers = workers }, Observer.Ref, Journal);
        Coordinator = Sys.ActorOf(
            Props.Create(() => new CoordinatorActor(options, Store, journal, observer, Time)));
    }

    private protected TestProbe Join(string node, string? name = null)
    {
        var probe = CreateTestProbe(name is null ? node : $"{node}-{name}");
        Coordinator.Tell(new Join(node, node, $"{node}:7101"), probe.Ref);
        return probe;
    }

    /// <summary>A job whose first generation is about to be sealed.</summary>
    private protected TestProbe[] BeginUnsealed(int count, long step = 0)
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

    private protected TestProbe[] Begin(int count, long step = 0)
    {
        var workers = BeginUnsealed(count, step);
        Observed<JobStarted>();
        Observed<MembersChanged>();
        return workers;
    }

    private protected static T[] Expect<T>(IEnumerable<TestProbe> workers) =>
        [.. workers.Select(worker => worker.FishForMessage<T>(_ => true, Ample))];

    /// <summary>All of them hold the whole state of this step.</summary>
    private protected static void Stand(
        IReadOnlyList<TestProbe> workers, long generation, long step, bool isAsked = false)
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

    private protected static Standing Standing(long generation, long step) => new(
        generation, [new Holding(At(step), RangeSet.All(Length))], 0,
        [.. Enumerable.Repeat(Totals, (int)step)]);

    private protected static Form[] Form(IReadOnlyList<TestProbe> workers)
    {
        var forms = Expect<Form>(workers);
        foreach (var (worker, form) in workers.Zip(forms))
        {
            worker.Reply(new Formed(form.Generation, form.Rank));
        }

        return forms;
    }

    private protected static void Answer(IEnumerable<TestProbe> workers, IEnumerable<TrainPlan> plans)
    {
        foreach (var (worker, plan) in workers.Zip(plans))
        {
            worker.Reply(new TrainDone(
                plan.Generation, plan.Rank, plan.FirstStep,
                ImmutableArray.CreateRange(Enumerable.Repeat(Totals, plan.StepCount)), default, null));
        }
    }

    private protected static JobCursor At(long step) =>
        JobCursor.Start.After([.. Enumerable.Repeat(Totals, (int)step)], stepsPerEpoch: 5);

    private protected static bool SameSteps(StepsCommitted x, StepsCommitted y) =>
        (x.FirstStep, x.Elapsed) == (y.FirstStep, y.Elapsed) && x.Steps.SequenceEqual(y.Steps);

    private protected TEvent Observed<TEvent>() => Observer.FishForMessage<TEvent>(_ => true, Ample);

    /// <summary>Waits until the timer is set, then lets it fire.</summary>
    private protected void AwaitTimer(TimeSpan due, bool isSet)
    {
        if (isSet)
        {
            AwaitCondition(() => Time.UntilNextTimer <= due, Ample);
            Time.Advance(due);
        }
    }

    private protected void AssertNothingUnhandled()
    {
        this.Settle();
        while (HasMessages)
        {
            Assert.IsNotType<UnhandledMessage>(ReceiveOne(TimeSpan.Zero));
        }
    }
}
