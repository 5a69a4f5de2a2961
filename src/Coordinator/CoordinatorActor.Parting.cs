using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <content>All members wish to leave: what they hold is written first, and the job waits for others.</content>
public sealed partial class CoordinatorActor
{
    private bool AllLeave => Recovers && _members.Count > 0 && _members.TrueForAll(member => member.Leaves)
        && !_roster.Peers.Any(peer => peer.Rank < 0 && !peer.Leaves);

    private bool IsSavedHere => _desk.LastSaved is not null && _desk.LastStep == _cursor.Step;

    /// <summary>Nothing is under way but the checkpoint, which is begun once an earlier one has ended.</summary>
    private void BecomeParting()
    {
        Enter(CoordinatorState.Parting);
        _lastSaveAttempts = 0;
        Because("all members leave: the job waits for others once a checkpoint is written");
        SaveThenPart();
    }

    private void SaveThenPart()
    {
        if (!AllLeave)
        {
            Continue(); // one has joined who will have the state from them
        }
        else if (IsSavedHere)
        {
            Part();
        }
        else if (!_desk.IsWriting)
        {
            TrySave();
        }
    }

    private void OnJoinParting(Join join)
    {
        OnJoin(join);
        if (_state == CoordinatorState.Parting)
        {
            SaveThenPart();
        }
    }

    private void OnPartingWritten(CheckpointDesk.Written written)
    {
        OnWritten(written);
        if (written.Error is NonFiniteStateException)
        {
            return; // which has ended the job
        }

        if (written.Error is not { } error || written.Step != _cursor.Step)
        {
            SaveThenPart();
        }
        else if (++_lastSaveAttempts < _options.Recovery!.DiskAttempts)
        {
            Timers.StartSingleTimer(nameof(SaveAgain), SaveAgain.Instance, _options.Recovery.DiskRetryEvery);
        }
        else
        {
            Fail($"step {_cursor.Step}: all workers wish to leave, and the checkpoint before that could not be "
                + $"written: {error.Message}");
        }
    }

    private void Part()
    {
        foreach (var peer in _roster.Peers.ToList())
        {
            Release(peer);
        }

        // Nobody who is gone holds more than the checkpoint: who comes goes on from there, without a time of grace.
        (_expected, _waited) = ([], TimeSpan.Zero);
        BecomeGathering();
    }

    /// <summary>A worker's work has thrown. Where others can go on, it is its machine until it is not.</summary>
    private void OnWorkFailed(WorkFailed failed)
    {
        if (!failed.Own)
        {
            // Those that were only stopped report too; the one that failed itself has the reason.
            if (_round.AddFailure(failed.Rank))
            {
                FailBecauseOf(failed);
            }

            return;
        }

        var member = _members[failed.Rank];
        var hasFailed = _failedAt.TryGetValue(failed.Phase, out var node) && node != member.Join.Node;
        if (!Recovers || hasFailed || _roster.Peers.Count == 1)
        {
            FailBecauseOf(failed);
            return;
        }

        _failedAt[failed.Phase] = member.Join.Node;
        Expel(member, $"{failed.Phase}: {failed.Reason}");
        BecomeRegrouping($"{member} failed: {failed.Phase}: {failed.Reason}");
    }

    private void FailBecauseOf(WorkFailed failed) => Fail(
        Recovers
            ? $"{_members[failed.Rank]}: {failed.Phase}: {failed.Reason}"
            : $"worker {failed.Rank} of {_members.Count}: {failed.Phase}: {failed.Reason}");
}
