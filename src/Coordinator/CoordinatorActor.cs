using Distributed.Cluster;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Engine.Reduction;

namespace Distributed.Coordinator;

/// <summary>
/// Leads a job: gathers its workers into a generation, leases them steps, evaluates after every epoch, keeps
/// checkpoints, meets faults by forming the next generation, and ends it.
/// </summary>
/// <remarks>
/// <code>
///              enough here            all stand              all formed
///  Gathering ─────────────▶ Regrouping ─────────▶ Forming ─────────────▶ Sealing
///      ▲ nobody left            ▲ ▲ a member lost,    │                     │ journal written
///      └────────────────────────┘ │ or wanted         │                     ▼        epoch over
///                                 └───────────────────┴───────────────── Training ⇄ Evaluating
///      ▲                                                                    │ all steps done, or asked to stop
///      └──────────── Parting ◀── all members leave ─────────────────────────┤
///                                                                           ▼
///                                                                        Finishing ──▶ ended
/// </code>
/// The observer gets every <see cref="JobEvent"/>; the last one is a <see cref="JobEnded"/>, after which the actor
/// stops. Tensors never pass through it. See docs/protocol.md for the conversation.
/// </remarks>
public sealed partial class CoordinatorActor : ReceiveActor, IWithTimers
{
    private const string PlanTimer = "plan";

    private readonly CoordinatorOptions _options;
    private readonly IJobStore _store;
    private readonly IActorRef _observer;
    private readonly TimeProvider _clock;
    private readonly CheckpointDesk _desk;
    private readonly long _startedAt;
    private Round _round = new(0);
    private Sharding _sharding = Sharding.Equal(1);
    private JobCursor _cursor;
    private long? _started;
    private long _planned;
    private TimeSpan _stepTime;
    private TimeSpan _trained;
    private long _samples;
    private bool _evaluated;
    private bool _stopAsked;
    private bool _isFirstLease;
    private (double? Loss, double? Accuracy) _test;

    /// <param name="options">The job's shape, and how faults are met.</param>
    /// <param name="store">Where states are kept; the newest is where the job goes on from if no worker has a later.
    /// </param>
    /// <param name="journal">What an earlier life of this coordinator has left.</param>
    /// <param name="observer">Is told everything that happens.</param>
    /// <param name="clock">For durations; timers run on the actor system's.</param>
    public CoordinatorActor(
        CoordinatorOptions options, IJobStore store, IJobJournal journal, IActorRef observer, TimeProvider clock)
    {
        (_options, _store, _journal, _observer, _clock) = (options, store, journal, observer, clock);
        var (kept, found) = (store.Newest, journal.Found);
        _startedAt = kept.Step;
        _cursor = found.Committed > kept.Step ? kept with { Step = found.Committed } : kept;
        (_generation, _expected) = (found.Generation, found.Nodes);
        Recall(kept, found);
        _epochsTold = (int)Math.Min(found.Epochs, _cursor.Step / options.StepsPerEpoch);
        _evaluated = WasEvaluated(_cursor.Step);
        _desk = new CheckpointDesk(clock, options.CheckpointEvery, options.CheckpointPause);
        (_incidentAt, _tickedAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        _isHeir = found.Generation > 0;
        if (_isHeir)
        {
            NoteFault("the coordinator was started again");
        }

        Enter(CoordinatorState.Gathering);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() =>
        Timers.StartPeriodicTimer(nameof(MusterTick), MusterTick.Instance, MusterEvery);

    private void Gathering()
    {
        Receive<Join>(OnJoinGathering);
        Receive<Terminated>(gone => Forget(gone.ActorRef));
        Receive<MusterTick>(_ => OnMusterTick());
        Receive<StopJob>(_ => EndUnsaved(), _ => _options.Recovery is not null);
        Common();
    }

    private void Regrouping()
    {
        Receive<Journaled>(_ => OnGenerationBegun(), written => written.IsFor(_generation));
        Receive<Standing>(OnStanding, standing => standing.Generation == _generation);
        Receive<RegroupOverdue>(_ => OnRegroupOverdue());
        Receive<Terminated>(OnCandidateGone);
        Member();
    }

    private void Forming()
    {
        Receive<Formed>(OnFormed, formed => formed.Generation == _generation);
        Receive<PeersLost>(OnComplaint, lost => lost.Generation == _generation);
        Receive<StillForming>(_ => StartFormTimer(), still => still.Generation == _generation);
        Receive<StoreRead>(OnStoreRead, read => read.Generation == _generation);
        Receive<FormOverdue>(_ => OnFormOverdue());
        Member();
    }

    private void Sealing()
    {
        Receive<Journaled>(_ => OnSealed(), written => written.IsFor(_generation));
        Member();
    }

    private void Training()
    {
        Receive<TrainDone>(OnTrainDone, done => done.Generation == _generation);
        Receive<EpochJournaled>(_ => Continue(), written => written.Generation == _generation);
        Member();
    }

    private void Evaluating()
    {
        Receive<EvaluateDone>(OnEvaluateDone, done => done.Generation == _generation);
        Receive<EpochJournaled>(_ => Continue(), written => written.Generation == _generation);
        Member();
    }

    private void Finishing()
    {
        Receive<CheckpointDesk.Written>(OnLastWritten);
        Receive<SaveAgain>(_ => SaveLast());
        Member();
    }

    private void Parting()
    {
        Receive<CheckpointDesk.Written>(OnPartingWritten);
        Receive<SaveAgain>(_ => SaveThenPart());
        Receive<Join>(OnJoinParting);
        Member();
    }

    /// <summary>What can come in any state with a generation.</summary>
    private void Member()
    {
        Receive<Join>(OnJoin);
        Receive<Terminated>(gone => OnGone(gone.ActorRef));
        Receive<PeersLost>(OnPeersLost, lost => lost.Generation == _generation);
        Receive<PlanOverdue>(_ => OnPlanOverdue());
        Receive<PlanLong>(_ => OnPlanLong());
        Receive<Position>(OnPosition, IsOfThisPlan);
        Receive<WorkFailed>(OnWorkFailed, failed => failed.Generation == _generation);
        Common();
    }

    /// <summary>What can come in any state. What belongs to an older generation is dropped here.</summary>
    private void Common()
    {
        Receive<StopJob>(_ => _stopAsked = true);
        Receive<SaveNow>(_ => OnSaveNow());
        Receive<GetSnapshot>(_ => OnGetSnapshot());
        Receive<LinkClosed>(OnLinkClosed);
        Receive<Leave>(_ => OnLeave());
        Receive<CheckpointDesk.Written>(OnWritten);
        Receive<SaveOverdue>(_ => _store.Abandon());
        Receive<SaveAgain>(_ => { }); // it was not the time to end after all
        Receive<StoreRead>(_ => { }); // the generation has formed, or has been given up
        Receive<StillForming>(_ => { });
        Receive<JournalFailed>(OnJournalFailed);
        Receive<JournalAgain>(again => Append(again.Entry));
        Receive<Journaled>(_ => { }, written => !written.IsFor(_generation));
        // One that did not say in time what it holds may say it yet.
        Receive<Standing>(_ => { }, standing => standing.Generation <= _generation);
        DropStale<Formed>(formed => formed.Generation);
        DropStale<PeersLost>(lost => lost.Generation);
        DropStale<TrainDone>(done => done.Generation);
        DropStale<EvaluateDone>(done => done.Generation);
        DropStale<WorkFailed>(failed => failed.Generation);
        DropStale<EpochJournaled>(written => written.Generation);
        Receive<Position>(_ => { }); // the plan has been answered meanwhile
    }

    private void DropStale<T>(Func<T, long> generation) =>
        Receive<T>(_ => { }, message => generation(message) < _generation);

    /// <summary>All workers are idle: the state is a committed step's, and the next move is decided.</summary>
    private void Continue()
    {
        var next = NextMove.Decide(
            _cursor, _options.StepsPerEpoch, StepsTotal, _evaluated, _stopAsked,
            _isFirstLease ? TimeSpan.Zero : _stepTime, Recovers ? NextMove.ClusterStepsMax : int.MaxValue);
        Because(next.Reason);
        if (next.Move is Move.Train or Move.Evaluate && WantedChange() is { } change)
        {
            BecomeRegrouping(change);
            return;
        }

        if (next.Move == Move.Train && AllLeave)
        {
            BecomeParting();
            return;
        }

        switch (next.Move)
        {
            case Move.Evaluate when _options.Evaluates:
                BecomeEvaluating();
                break;
            case Move.Evaluate:
                CompleteEpoch(null, null);
                break;
            case Move.Train:
                BecomeTraining(next.Steps);
                break;
            default:
                BecomeFinishing();
                break;
        }
    }

    private void BecomeTraining(int steps)
    {
        if (_desk.IsDue && !TrySave())
        {
            return;
        }

        Deal();
        Enter(CoordinatorState.Training);
        (_evaluated, _leased, _isFirstLease) = (false, steps, false);
        var (cuts, takesBest) = (Cuts, TakesBest);
        Send(rank => new TrainPlan(_generation, rank, _cursor.Step, steps, _sharding)
        {
            Cuts = cuts,
            TakesBest = takesBest,
        });
    }

    private void BecomeEvaluating()
    {
        Enter(CoordinatorState.Evaluating);
        Send(rank => new EvaluatePlan(_generation, rank, _sharding));
    }

    private void BecomeFinishing()
    {
        Enter(CoordinatorState.Finishing);
        if (!_desk.IsWriting)
        {
            SaveLast();
        }
    }

    private void Send(Func<int, object> plan)
    {
        _round = new Round(_members.Count);
        _planned = _clock.GetTimestamp();
        Timers.StartSingleTimer(PlanTimer, PlanOverdue.Instance, _options.PlanBound);
        StartAsking();
        for (var rank = 0; rank < _members.Count; rank++)
        {
            _members[rank].Link.Tell(plan(rank));
        }
    }

    /// <summary>True for the last report of a round.</summary>
    private bool Completes(int rank, object report)
    {
        if (!_round.Add(rank, report))
        {
            return false;
        }

        Timers.Cancel(PlanTimer);
        Timers.Cancel(nameof(PlanLong));
        return true;
    }

    private void OnTrainDone(TrainDone done)
    {
        if (!Completes(done.Rank, done))
        {
            return;
        }

        var reports = _round.Reports.Cast<TrainDone>().ToList();
        var steps = reports[0].Steps;
        if (reports.Any(report => !report.Steps.SequenceEqual(steps)))
        {
            Fail($"workers disagree on the losses of steps {done.FirstStep + 1} to {done.FirstStep + steps.Count}; "
                + "this is a defect of the program, not of the job");
            return;
        }

        var elapsed = _clock.GetElapsedTime(_planned);
        _trained += elapsed;
        _samples += steps.Sum(step => (long)step.Samples);
        _cursor = _cursor.After(steps, _options.StepsPerEpoch);
        _observer.Tell(new StepsCommitted(
            done.FirstStep, steps, elapsed, [.. reports.Select(report => report.Timing)])
        {
            Shares = Shares(_sharding),
        });
        TellRecovered();
        if (reports.FirstOrDefault(report => report.NonFinite is not null)?.NonFinite is { } broken)
        {
            Fail(Describe(broken), broken);
            return;
        }

        Measure(reports, elapsed);
        AppendQuietly(new StepsDone(_cursor.Step));
        Continue();
    }

    private void OnEvaluateDone(EvaluateDone done)
    {
        if (!Completes(done.Rank, done))
        {
            return;
        }

        _evaluationTime = _clock.GetElapsedTime(_planned);
        var reports = _round.Reports.Cast<EvaluateDone>().ToList();
        var loss = CanonicalTree.Sum(reports.SelectMany(report => report.Losses).ToArray());
        var hits = CanonicalTree.Sum(reports.SelectMany(report => report.Hits).ToArray());
        CompleteEpoch(
            loss / (_options.TestWeight ?? _options.TestSamples),
            _options.CountsHits ? hits / (double)_options.TestSamples : null);
    }

    private void CompleteEpoch(double? testLoss, double? testAccuracy)
    {
        _evaluated = true;
        _test = (testLoss, testAccuracy);
        NoteTest(testLoss, testAccuracy);
        TellRecovered();
        var kept = TellEpoch(testLoss, testAccuracy);
        _desk.EndEpoch();
        if (kept.IsCompleted)
        {
            Continue();
            return;
        }

        // What an epoch came to cannot be found again once training has gone on, so it is on the disk before. A disk
        // that fails stops nobody: then only a coordinator that dies now will not tell it.
        var written = new EpochJournaled(_generation);
        _ = kept.PipeTo(Self, success: () => written, failure: _ => written);
    }
}

/// <summary>To the coordinator: finish the steps in flight, write a checkpoint and end.</summary>
public sealed record StopJob;
