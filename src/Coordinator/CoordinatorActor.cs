using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Engine.Reduction;

namespace Distributed.Coordinator;

/// <summary>
/// Leads a job: waits for its workers, leases them steps, evaluates after every epoch, keeps checkpoints, and ends it.
/// </summary>
/// <remarks>
/// <code>
///              all joined          epoch over
///  Gathering ─────────────▶ Training ⇄ Evaluating
///                              │ all steps done, or asked to stop
///                              ▼
///                           Finishing ──▶ ended        (any state: a worker fails ──▶ ended)
/// </code>
/// The observer gets every <see cref="JobEvent"/>; the last one is a <see cref="JobEnded"/>, after which the actor
/// stops. Tensors never pass through it.
/// </remarks>
public sealed class CoordinatorActor : ReceiveActor, IWithTimers
{
    private const string PlanTimer = "plan";

    private readonly CoordinatorOptions _options;
    private readonly IJobStore _store;
    private readonly IActorRef _observer;
    private readonly TimeProvider _clock;
    private readonly List<IActorRef> _workers = [];
    private readonly CheckpointDesk _desk;
    private readonly long _generation = 1;
    private readonly long _startedAt;
    private Round _round = new(0);
    private Sharding _sharding = Sharding.Equal(1);
    private JobCursor _cursor;
    private long _started;
    private long _planned;
    private TimeSpan _stepTime;
    private TimeSpan _trained;
    private long _samples;
    private bool _evaluated;
    private bool _stopAsked;
    private (double? Loss, double? Accuracy) _test;

    public CoordinatorActor(
        CoordinatorOptions options, JobCursor from, IJobStore store, IActorRef observer, TimeProvider clock)
    {
        (_options, _cursor, _store, _observer, _clock) = (options, from, store, observer, clock);
        _startedAt = from.Step;
        _evaluated = from.Step < options.StepsTotal;
        _desk = new CheckpointDesk(clock, options.CheckpointEvery);
        Become(Gathering);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private void Gathering()
    {
        Receive<Join>(OnJoin);
        Common();
    }

    private void Training()
    {
        Receive<TrainDone>(OnTrainDone, done => done.Generation == _generation);
        Common();
    }

    private void Evaluating()
    {
        Receive<EvaluateDone>(OnEvaluateDone, done => done.Generation == _generation);
        Common();
    }

    private void Finishing()
    {
        Receive<CheckpointDesk.Written>(OnLastWritten);
        Common();
    }

    /// <summary>What can come in any state.</summary>
    private void Common()
    {
        Receive<StopJob>(_ => _stopAsked = true);
        Receive<CheckpointDesk.Written>(OnWritten);
        Receive<WorkFailed>(OnWorkFailed);
        Receive<Terminated>(gone => Fail($"worker {_workers.IndexOf(gone.ActorRef)} stopped without a word"));
        Receive<PlanOverdue>(_ => Fail(
            $"worker {string.Join(", ", _round.Missing)} did not answer a plan for "
            + $"{_options.PlanBound.TotalSeconds:0} s"));
    }

    private void OnJoin(Join join)
    {
        _workers.Add(Context.Watch(Sender));
        if (_workers.Count < _options.Workers)
        {
            return;
        }

        _sharding = Sharding.Equal(_workers.Count);
        _started = _clock.GetTimestamp();
        _observer.Tell(new JobStarted(
            _workers.Count, _options.StepsTotal, _options.StepsPerEpoch, _options.Epochs, _cursor.Step));
        Continue();
    }

    /// <summary>All workers are idle: the state is a committed step's, and the next move is decided.</summary>
    private void Continue()
    {
        var next = NextMove.Decide(
            _cursor, _options.StepsPerEpoch, _options.StepsTotal, _evaluated, _stopAsked, _stepTime);
        Context.GetLogger().Debug(next.Reason);
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

        Become(Training);
        _evaluated = false;
        Send(rank => new TrainPlan(_generation, rank, _cursor.Step, steps, _sharding));
    }

    private void BecomeEvaluating()
    {
        Become(Evaluating);
        Send(rank => new EvaluatePlan(_generation, rank, _sharding));
    }

    private void BecomeFinishing()
    {
        Become(Finishing);
        if (!_desk.IsWriting)
        {
            SaveLast();
        }
    }

    private void Send(Func<int, object> plan)
    {
        _round = new Round(_workers.Count);
        _planned = _clock.GetTimestamp();
        Timers.StartSingleTimer(PlanTimer, PlanOverdue.Instance, _options.PlanBound);
        for (var rank = 0; rank < _workers.Count; rank++)
        {
            _workers[rank].Tell(plan(rank));
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
            done.FirstStep, steps, elapsed, [.. reports.Select(report => report.Timing)]));
        if (reports.FirstOrDefault(report => report.NonFinite is not null)?.NonFinite is { } broken)
        {
            Fail(Describe(broken), broken);
            return;
        }

        _stepTime = elapsed / steps.Count;
        Continue();
    }

    private void OnEvaluateDone(EvaluateDone done)
    {
        if (!Completes(done.Rank, done))
        {
            return;
        }

        var reports = _round.Reports.Cast<EvaluateDone>().ToList();
        var loss = CanonicalTree.Sum(reports.SelectMany(report => report.Losses).ToArray());
        var hits = CanonicalTree.Sum(reports.SelectMany(report => report.Hits).ToArray());
        CompleteEpoch(
            loss / (double)_options.TestSamples,
            _options.CountsHits ? hits / (double)_options.TestSamples : null);
    }

    private void CompleteEpoch(double? testLoss, double? testAccuracy)
    {
        _evaluated = true;
        _test = (testLoss, testAccuracy);
        _observer.Tell(new EpochCompleted(
            (int)(_cursor.Step / _options.StepsPerEpoch), _cursor.Step, _cursor.TrainLoss,
            _options.CountsHits ? _cursor.TrainAccuracy : null, testLoss, testAccuracy));
        _desk.MakeDue();
        Continue();
    }

    /// <summary>
    /// Starts a checkpoint of the state as it is. False when the state is broken, which ends the job.
    /// </summary>
    private bool TrySave()
    {
        try
        {
            _desk.Start(_cursor.Step, Saving(), Self);
            return true;
        }
        catch (NonFiniteStateException broken)
        {
            Fail($"step {_cursor.Step}: {broken.Message}; {Kept}",
                new NonFinite(_cursor.Step, float.NaN, -1, broken.Parameter, "update"));
            return false;
        }
    }

    /// <summary>A store that refuses at once has failed like one that fails later.</summary>
    private Task<Saved> Saving()
    {
        try
        {
            return _store.Save(_cursor);
        }
        catch (Exception error) when (error is not NonFiniteStateException)
        {
            return Task.FromException<Saved>(error);
        }
    }

    private void OnWritten(CheckpointDesk.Written written)
    {
        _desk.Finish(written);
        if (written.Error is { } error)
        {
            _observer.Tell(new CheckpointFailed(written.Step, error));
        }
        else if (written.Saved!.Location.Length > 0)
        {
            _observer.Tell(new CheckpointSaved(written.Step, written.Saved.Location));
        }
    }

    private void OnLastWritten(CheckpointDesk.Written written)
    {
        OnWritten(written);
        if (written.Error is { } error && written.Step == _cursor.Step)
        {
            Fail($"step {written.Step}: the last checkpoint could not be written: {error}");
        }
        else
        {
            SaveLast();
        }
    }

    /// <summary>Ends the job once its last step is saved, and saves it first where it is not.</summary>
    private void SaveLast()
    {
        if (_desk.LastSaved is not { } saved || _desk.LastStep != _cursor.Step)
        {
            TrySave();
            return;
        }

        End(_cursor.Step < _options.StepsTotal
            ? new JobStopped(_cursor.Step, saved.Location)
            : new JobDone(
                _cursor.Step, _options.Epochs, _workers.Count, _cursor.TrainLoss, _test.Loss, _test.Accuracy,
                _trained > TimeSpan.Zero ? _samples / _trained.TotalSeconds : 0, _clock.GetElapsedTime(_started),
                saved.Fingerprint));
    }

    private void OnWorkFailed(WorkFailed failed)
    {
        // Those that were only stopped report too; the one that failed itself has the reason.
        if (failed.Own || _round.AddFailure(failed.Rank))
        {
            Fail($"worker {failed.Rank} of {_workers.Count}: {failed.Phase}: {failed.Reason}");
        }
    }

    private string Describe(NonFinite broken)
    {
        var value = float.IsNaN(broken.Loss) ? "NaN" : "infinite";
        var where = broken.Layer.Length > 0
            ? $"first in layer '{broken.Layer}' ({broken.Operation})"
            : $"first in the {broken.Operation}";
        var microbatch = broken.Microbatch >= 0 ? $", micro-batch {broken.Microbatch}" : "";
        return $"step {broken.Step + 1}: the loss is {value}, {where}{microbatch}; "
            + $"{Kept}; try a smaller --learning-rate";
    }

    private string Kept => _startedAt == 0 && _desk.LastSaved is null && !_desk.IsWriting
        ? "it had no checkpoint yet"
        : "the last good checkpoint is kept";

    private void Fail(string reason, NonFinite? broken = null) => End(new JobFailed(_cursor.Step, reason, broken));

    private void End(JobEnded end)
    {
        _observer.Tell(end);
        Context.Stop(Self);
    }

    /// <summary>A plan went unanswered for too long.</summary>
    private sealed record PlanOverdue
    {
        internal static readonly PlanOverdue Instance = new();
    }
}

/// <summary>To the coordinator: finish the steps in flight, write a checkpoint and end.</summary>
public sealed record StopJob;
