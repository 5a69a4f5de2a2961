using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;

namespace Distributed.Worker;

/// <summary>
/// One worker's life: it finds its coordinator and joins; then, for every generation, it halts, forms and works on
/// plans one after the other. Where it loses the coordinator it keeps what it holds and looks for it again.
/// </summary>
/// <remarks>
/// <code>
///            found                 regroup              form               formed
///  Seeking ────────▶ Joined ──────────────▶ Halted ─────────────▶ Forming ──────────▶ Ready
///     ▲                                       ▲ ▲ regroup            │                ▲   │ plan
///     │ coordinator lost (any state)          │ └────────────────────┘           done │   ▼
///     │                                       └────────────────────────────────────── Working
/// </code>
/// What the work brings comes back as messages; the mailbox stays answerable while it goes on.
/// </remarks>
public sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private readonly WorkerOptions _options;
    private readonly IActorRef _finder;
    private readonly IShardWork _work;
    private IActorRef _coordinator = ActorRefs.Nobody;
    private long _generation;
    private bool _takesPart;
    private bool _leaves;
    private string? _closedBecause;

    /// <param name="options">Who it is.</param>
    /// <param name="finder">Answers <see cref="FindCoordinator"/> with <see cref="CoordinatorFound"/>.</param>
    /// <param name="work">What it does with plans.</param>
    public WorkerActor(WorkerOptions options, IActorRef finder, IShardWork work)
    {
        (_options, _finder, _work) = (options, finder, work);
        Become(Seeking);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        var self = Self;
        _work.Open(lost => self.Tell(lost));
        _finder.Tell(new FindCoordinator());
    }

    private void Seeking()
    {
        Receive<CoordinatorFound>(BecomeJoined);
        Receive<CoordinatorMissing>(OnMissing);
        Common();
    }

    private void Joined() => Connected();

    private void Halted()
    {
        Receive<Form>(BecomeForming, form => form.Generation == _generation);
        Connected();
    }

    private void Forming()
    {
        Receive<Formed>(BecomeReady, formed => formed.Generation == _generation);
        Receive<FormingOverdue>(OnFormingOverdue);
        Connected();
    }

    private void Ready()
    {
        Receive<TrainPlan>(BecomeWorking, plan => plan.Generation == _generation);
        Receive<EvaluatePlan>(BecomeWorking, plan => plan.Generation == _generation);
        Receive<SavePlan>(_work.Save, plan => plan.Generation == _generation);
        Connected();
    }

    private void Working()
    {
        Receive<TrainDone>(done => Report(done), done => done.Generation == _generation);
        Receive<EvaluateDone>(done => Report(done), done => done.Generation == _generation);
        Receive<WorkFailed>(failed => Report(failed), failed => failed.Generation == _generation);
        Receive<SavePlan>(_work.Save, plan => plan.Generation == _generation);
        Connected();
    }

    /// <summary>What can come in any state that has a coordinator.</summary>
    private void Connected()
    {
        Receive<Regroup>(BecomeHalted, regroup => regroup.Generation > _generation);
        Receive<PeersLost>(lost => _coordinator.Tell(lost), lost => !IsStale(lost.Generation));
        Receive<HowFar>(_ => TellPosition(), ask => !IsStale(ask.Generation));
        Receive<Released>(_ => Context.Stop(Self));
        Receive<JobOver>(_ => Context.Stop(Self));
        Common();
    }

    /// <summary>What can come in any state. What belongs to an older generation is dropped here.</summary>
    private void Common()
    {
        Receive<LinkClosed>(closed => _closedBecause = closed.Reason); // the link's end comes next
        Receive<Terminated>(_ => BecomeSeeking());
        Receive<LeaveJob>(_ => OnLeaveJob());
        DropStale<Regroup>(regroup => regroup.Generation);
        DropStale<Form>(form => form.Generation);
        DropStale<Formed>(formed => formed.Generation);
        DropStale<TrainPlan>(plan => plan.Generation);
        DropStale<EvaluatePlan>(plan => plan.Generation);
        DropStale<SavePlan>(plan => plan.Generation);
        DropStale<HowFar>(ask => ask.Generation);
        DropStale<TrainDone>(done => done.Generation);
        DropStale<EvaluateDone>(done => done.Generation);
        DropStale<WorkFailed>(failed => failed.Generation);
        DropStale<PeersLost>(lost => lost.Generation);
    }

    private void DropStale<T>(Func<T, long> generation) =>
        Receive<T>(_ => { }, message => IsStale(generation(message)));

    /// <summary>Without a coordinator everything is over that was begun before.</summary>
    private bool IsStale(long generation) => generation < _generation || !_takesPart;

    private void OnLeaveJob()
    {
        _leaves = true;
        if (!_coordinator.IsNobody())
        {
            _coordinator.Tell(new Leave());
        }
    }

    private void BecomeSeeking()
    {
        Context.GetLogger().Warning(
            "lost the coordinator in generation {0}: {1}; looking for it", _generation,
            _closedBecause ?? "its link is gone");
        _closedBecause = null;
        // The group may go on without this worker; what it does from here on would be of no use to anyone.
        _work.Halt(new Regroup(_generation, 0));
        (_coordinator, _takesPart) = (ActorRefs.Nobody, false);
        Timers.CancelAll();
        Become(Seeking);
        _finder.Tell(new FindCoordinator());
    }

    private void TellPosition()
    {
        if (_work.Position() is { } position)
        {
            _coordinator.Tell(position);
        }
    }

    private void OnMissing(CoordinatorMissing missing)
    {
        Context.GetLogger().Warning("{0}; giving up", missing.Reason);
        Context.Stop(Self);
    }

    private void BecomeJoined(CoordinatorFound found)
    {
        Become(Joined);
        _coordinator = Context.Watch(found.Coordinator);
        _coordinator.Tell(new Join(_options.Name, _options.Node, _options.DataAddress));
        if (_leaves)
        {
            _coordinator.Tell(new Leave());
        }
    }

    private void BecomeHalted(Regroup regroup)
    {
        Become(Halted);
        (_generation, _takesPart) = (regroup.Generation, true);
        Timers.CancelAll();
        _coordinator.Tell(_work.Halt(regroup));
    }

    private void BecomeForming(Form form)
    {
        Become(Forming);
        if (form.Rank >= 0)
        {
            Timers.StartPeriodicTimer(nameof(Forming), new FormingOverdue(form.Rank), _options.FormingPatience);
        }

        Pipe(_work.Form(form), form.Rank);
    }

    private void OnFormingOverdue(FormingOverdue overdue)
    {
        _coordinator.Tell((object?)_work.Missing() ?? new StillForming(_generation, overdue.Rank));
    }

    private void BecomeReady(Formed formed)
    {
        Become(Ready);
        Timers.CancelAll();
        _coordinator.Tell(formed);
    }

    private void BecomeWorking(TrainPlan plan)
    {
        Become(Working);
        Pipe(_work.Train(plan), plan.Rank);
    }

    private void BecomeWorking(EvaluatePlan plan)
    {
        Become(Working);
        Pipe(_work.Evaluate(plan), plan.Rank);
    }

    private void Report(object result)
    {
        Become(Ready);
        _coordinator.Tell(result);
    }

    private void Pipe<T>(Task<T> work, int rank)
    {
        var generation = _generation;
        _ = work.PipeTo(Self, failure: error => error is WorkException own
            ? new WorkFailed(generation, rank, own.Phase, own.InnerException!.Message, Own: true)
            : new WorkFailed(generation, rank, "waiting for the other workers", error.Message, Own: false));
    }

    private sealed record FormingOverdue(int Rank);
}

/// <summary>Who a worker is.</summary>
public sealed record WorkerOptions
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>This life of this process: no other worker ever has the same.</summary>
    public required string Node { get; init; }

    /// <summary>Where its data link listens; empty where workers share memory.</summary>
    public string DataAddress { get; init; } = "";

    /// <summary>
    /// How long nothing may come of a forming generation before this worker says what it misses; default 3 s.
    /// </summary>
    public TimeSpan FormingPatience { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>Worker to its finder: which coordinator is mine?</summary>
public sealed record FindCoordinator;

/// <summary>Finder to worker: this one, or what stands for it.</summary>
public sealed record CoordinatorFound(IActorRef Coordinator);

/// <summary>Finder to worker: there is none, and it has stopped looking.</summary>
public sealed record CoordinatorMissing(string Reason);

/// <summary>To a worker: leave the job politely.</summary>
public sealed record LeaveJob;
