using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <content>Checkpoints, and how a job ends.</content>
public sealed partial class CoordinatorActor
{
    private readonly List<IActorRef> _saveAskers = [];
    private int _lastSaveAttempts;
    private int _askersServed;

    /// <summary>
    /// Starts a checkpoint of the state as it is. False when the state is broken, which ends the job.
    /// </summary>
    private bool TrySave()
    {
        try
        {
            var saving = Saving();
            _askersServed = _saveAskers.Count;
            _desk.Start(_cursor.Step, saving, Self);
            if (_store.Address.Length > 0 && !saving.IsCompleted)
            {
                Timers.StartSingleTimer(nameof(SaveOverdue), SaveOverdue.Instance, _options.PlanBound);
                var plan = new SavePlan(_generation, _cursor, _store.Address);
                _members.ForEach(member => member.Link.Tell(plan));
            }

            return true;
        }
        catch (NonFiniteStateException broken)
        {
            FailBroken(broken);
            return false;
        }
    }

    /// <summary>A store that refuses at once has failed like one that fails later.</summary>
    private Task<Saved> Saving()
    {
        try
        {
            return _store.Save(KeptCursor, _generation);
        }
        catch (Exception error) when (error is not NonFiniteStateException)
        {
            return Task.FromException<Saved>(error);
        }
    }

    private void OnSaveNow()
    {
        _saveAskers.Add(Sender);
        _desk.Ask();
    }

    /// <summary>Answers those who had asked before this state was taken.</summary>
    private void AnswerAskers(object answer, int count)
    {
        _saveAskers.Take(count).ToList().ForEach(asker => asker.Tell(answer));
        _saveAskers.RemoveRange(0, count);
        _askersServed = 0;
    }

    private void OnWritten(CheckpointDesk.Written written)
    {
        _desk.Finish(written);
        AnswerAskers(
            written.Saved is { } done
                ? new SaveDone(written.Step, done.Location)
                : new SaveFailed(written.Step, written.Error!.Message),
            _askersServed);
        if (written.Error is NonFiniteStateException broken)
        {
            FailBroken(broken);
        }
        else if (written.Error is { } error)
        {
            _observer.Tell(new CheckpointFailed(written.Step, error.Message));
        }
        else if (written.Saved!.Location.Length > 0)
        {
            _observer.Tell(new CheckpointSaved(written.Step, written.Saved.Location));
        }
    }

    private void OnLastWritten(CheckpointDesk.Written written)
    {
        OnWritten(written);
        if (written.Error is NonFiniteStateException)
        {
            return; // which has ended the job
        }

        if (written.Error is not { } error || written.Step != _cursor.Step)
        {
            SaveLast();
        }
        else if (++_lastSaveAttempts < (_options.Recovery?.DiskAttempts ?? 1))
        {
            Timers.StartSingleTimer(nameof(SaveAgain), SaveAgain.Instance, _options.Recovery!.DiskRetryEvery);
        }
        else
        {
            Fail($"step {written.Step}: the last checkpoint could not be written: {error.Message}");
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

        TellRecovered();
        End(_cursor.Step < StepsTotal
            ? new JobStopped(_cursor.Step, saved.Location)
            : new JobDone(
                _cursor.Step, StopsEarly ? Epoch : _options.Epochs, _members.Count, _cursor.TrainLoss,
                EndTest.Loss, EndTest.Accuracy,
                _trained > TimeSpan.Zero ? _samples / _trained.TotalSeconds : 0, _clock.GetElapsedTime(_started ?? 0),
                saved.Fingerprint));
    }

    private void FailBroken(NonFiniteStateException broken) => Fail(
        $"step {_cursor.Step}: {broken.Message}; {Kept}",
        new NonFinite(_cursor.Step, float.NaN, -1, broken.Parameter, "update"));

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

    /// <summary>
    /// Asked to stop while no worker is there that could save anything: what they hold beyond the newest checkpoint is
    /// done again, to the same bits, when the job is resumed without them.
    /// </summary>
    private void EndUnsaved() => End(new JobStopped(_store.Newest.Step, ""));

    private void Fail(string reason, NonFinite? broken = null) => End(new JobFailed(_cursor.Step, reason, broken));

    private void End(JobEnded end)
    {
        AnswerAskers(
            _desk.LastSaved is { } saved && _desk.LastStep == _cursor.Step
                ? new SaveDone(_desk.LastStep, saved.Location)
                : new SaveFailed(_cursor.Step, "the job has ended"),
            _saveAskers.Count);
        _observer.Tell(end);
        foreach (var peer in _roster.Peers)
        {
            peer.Link.Tell(new JobOver(end.GetType().Name));
        }

        Context.Stop(Self);
    }

    /// <summary>A state has not come in whole for too long.</summary>
    private sealed record SaveOverdue
    {
        internal static readonly SaveOverdue Instance = new();
    }

    private sealed record SaveAgain
    {
        internal static readonly SaveAgain Instance = new();
    }

    /// <summary>A plan went unanswered for too long.</summary>
    private sealed record PlanOverdue
    {
        internal static readonly PlanOverdue Instance = new();
    }
}
