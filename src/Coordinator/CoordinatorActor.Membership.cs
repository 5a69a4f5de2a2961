using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator;

/// <content>Membership: gathering, regrouping, forming, sealing.</content>
// Note [Regrouping is the answer to everything]: a worker that joins, leaves, dies, freezes or loses a link is met in
// one way. A new generation number is journaled, everyone who answers stops and says what it holds, the highest step
// that survives in whole is chosen, whoever lacks a part of it gets it, and training goes on. Who does not answer is
// left behind and, should it come back, joins again.
public sealed partial class CoordinatorActor
{
    private static readonly TimeSpan MusterEvery = TimeSpan.FromSeconds(1);

    private readonly IJobJournal _journal;
    private readonly Roster _roster = new();
    private readonly SortedSet<int> _formed = [];
    private readonly SortedDictionary<int, ImmutableArray<int>> _complaints = [];
    private long _generation;
    private IReadOnlyList<string> _expected;
    private List<Peer> _candidates = [];
    private List<Peer> _members = [];
    private RecoveryPlan? _plan;
    private string _change = "";
    private long? _incidentAt;
    private int _journalAttempts;
    private int _storeAttempts;
    private bool _storeReads;

    private bool Recovers => _options.Recovery is not null;

    private TimeSpan Grace => _options.Recovery?.Grace ?? TimeSpan.Zero;

    private void OnJoinGathering(Join join)
    {
        Admit(join);
        TryMuster();
    }

    private void OnJoin(Join join)
    {
        if (Admit(join) is { } replaced)
        {
            OnLost(replaced, "joined again");
        }
    }

    private Peer? Admit(Join join)
    {
        var replaced = _roster.Add(Context.Watch(Sender), join);
        if (replaced is not null)
        {
            CutOff(replaced);
        }

        return replaced;
    }

    private void Forget(IActorRef link)
    {
        if (_roster.TryFind(link, out var peer))
        {
            _roster.Remove(peer);
        }
    }

    private void OnGone(IActorRef link)
    {
        if (_roster.TryFind(link, out var peer))
        {
            _roster.Remove(peer);
            OnLost(peer, "is gone");
        }
    }

    private void OnLost(Peer peer, string how)
    {
        if (!_candidates.Contains(peer))
        {
            return;
        }

        if (!Recovers)
        {
            Fail($"worker {peer.Rank} stopped without a word");
            return;
        }

        BecomeRegrouping($"{peer} {how}");
    }

    private void OnLeave()
    {
        if (_roster.TryFind(Sender, out var peer))
        {
            peer.Leaves = true;
        }
    }

    private void OnPeersLost(PeersLost lost)
    {
        if (lost.Rank < 0)
        {
            return; // of one that only gave: what is missing, its receiver misses too
        }

        if (lost.Peers.Contains(PeersLost.NoMember))
        {
            // A part of a state on its way to the store is lost; the state is collected again.
            _store.Abandon();
            return;
        }

        var peers = string.Join(", ", lost.Peers.Select(rank => _members[rank]));
        BecomeRegrouping($"{_members[lost.Rank]} lost {peers}: {lost.Reason}");
    }

    private void OnPlanOverdue()
    {
        if (!Recovers)
        {
            Fail($"worker {string.Join(", ", _round.Missing)} did not answer a plan for "
                + $"{_options.PlanBound.TotalSeconds:0} s");
            return;
        }

        BecomeRegrouping($"{string.Join(", ", _round.Missing.Select(rank => _members[rank]))} did not answer a plan");
    }

    /// <summary>Who wants in or out, now that everyone is idle; null for nobody.</summary>
    private string? WantedChange()
    {
        // Those in reserve hold nothing that the members, all idle and well, do not hold too.
        foreach (var reserve in _roster.Peers.Where(peer => peer.Leaves && peer.Rank < 0).ToList())
        {
            Release(reserve);
        }

        var room = _options.WorkersMax - _members.Count;
        var joining = _roster.Peers.Where(peer => peer.Rank < 0 && !peer.Leaves)
            .Where(peer => _roster.HoldOff(peer, _clock) == TimeSpan.Zero).Take(room).ToList();
        var leaving = _members.Where(member => member.Leaves).ToList();
        if (!Recovers || (joining.Count == 0 && (leaving.Count == 0 || leaving.Count == _members.Count)))
        {
            return null;
        }

        return string.Join(
            "; ", joining.Select(peer => $"{peer} joins").Concat(leaving.Select(peer => $"{peer} leaves")));
    }

    private void BecomeGathering()
    {
        Become(Gathering);
        _generation++; // what the old one still says is stale
        (_members, _candidates) = ([], []);
        Timers.CancelAll();
        Timers.StartPeriodicTimer(nameof(MusterTick), MusterTick.Instance, MusterEvery);
    }

    private void TryMuster()
    {
        var (begins, reason) = Muster.Decide(
            [.. _roster.Peers.Select(peer => peer.Join.Node)], _expected, _options.Workers,
            _clock.GetElapsedTime(_incidentAt!.Value), Grace);
        Context.GetLogger().Debug(reason);
        if (begins)
        {
            BecomeRegrouping(reason);
        }
        else if (_clock.GetElapsedTime(_incidentAt!.Value) > (_options.Recovery?.GatherBound ?? _options.PlanBound))
        {
            Fail($"{reason}; waited {(_options.Recovery?.GatherBound ?? _options.PlanBound).TotalMinutes:0} min");
        }
    }

    private void BecomeRegrouping(string change)
    {
        _incidentAt ??= _clock.GetTimestamp();
        _change = _change.Length > 0 ? _change : change;

        Context.GetLogger().Info("generation {0}: {1}", _generation + 1, change);
        Timers.CancelAll();
        _store.Abandon();
        foreach (var peer in _roster.Peers)
        {
            (peer.Rank, peer.Standing) = (-1, null);
        }

        _candidates = Candidates();
        if (_candidates.Count == 0)
        {
            BecomeGathering();
            return;
        }

        Become(Regrouping);
        _generation++;
        _members = [];
        Append(new GenerationBegun(_generation));
    }

    /// <summary>Everyone who is not being held off, members of before first; all, where that would be nobody.</summary>
    private List<Peer> Candidates()
    {
        var free = _roster.Peers.Where(peer => _roster.HoldOff(peer, _clock) == TimeSpan.Zero).ToList();
        return [.. (free.Count > 0 ? free : _roster.Peers)
            .OrderBy(peer => _expected.Contains(peer.Join.Node) ? 0 : 1).Take(_options.WorkersMax)];
    }

    private void OnGenerationBegun()
    {
        foreach (var candidate in _candidates)
        {
            candidate.Link.Tell(new Regroup(_generation, _cursor.Step));
        }

        Timers.StartSingleTimer(
            nameof(RegroupOverdue), RegroupOverdue.Instance, _options.Recovery?.RegroupBound ?? _options.PlanBound);
        TryDecide();
    }

    private void OnStanding(Standing standing)
    {
        if (_roster.TryFind(Sender, out var peer) && _candidates.Contains(peer))
        {
            peer.Standing = standing;
            TryDecide();
        }
    }

    private void OnCandidateGone(Terminated gone)
    {
        if (!_roster.TryFind(gone.ActorRef, out var peer))
        {
            return;
        }

        _roster.Remove(peer);
        _candidates.Remove(peer);
        if (Recovers)
        {
            TryDecide();
        }
        else
        {
            Fail($"{peer} stopped without a word");
        }
    }

    private void OnRegroupOverdue()
    {
        foreach (var silent in _candidates.Where(candidate => candidate.Standing is null).ToList())
        {
            _candidates.Remove(silent);
            Expel(silent, "did not say what it holds");
        }

        TryDecide();
    }

    private void TryDecide()
    {
        if (_candidates.Count == 0)
        {
            BecomeGathering();
            return;
        }

        if (_candidates.Any(candidate => candidate.Standing is null))
        {
            return;
        }

        var allLeave = _candidates.TrueForAll(candidate => candidate.Leaves);
        var plan = RecoveryPlan.Decide(
            [.. _candidates.Select(peer => new Candidate(
                peer.Join.Node, peer.Join.DataAddress, allLeave || !peer.Leaves, peer.Standing!))],
            _store.Newest, _options.Shape, _store.Address);
        if (plan.Cursor.Step < _cursor.Step && MayStillComeBack())
        {
            // Committed steps would be lost; those who have them may be on their way back.
            BecomeGathering();
            return;
        }

        BecomeForming(plan);
    }

    private bool MayStillComeBack() =>
        _expected.Except(_candidates.Select(candidate => candidate.Join.Node)).Any()
        && _clock.GetElapsedTime(_incidentAt!.Value) < Grace;

    private void BecomeForming(RecoveryPlan plan)
    {
        Become(Forming);
        _plan = plan;
        _formed.Clear();
        _complaints.Clear();
        _members = [.. plan.Members.Select(
            member => _candidates.Single(candidate => candidate.Join.Node == member.Node))];
        _sharding = Sharding.Equal(_members.Count);
        _storeReads = false;
        var addresses = plan.Members.Select(member => member.DataAddress).ToImmutableArray();
        if (plan.Start == StartFrom.Checkpoint)
        {
            ServeFromStore(plan, addresses); // before anyone can say hello to it
        }

        foreach (var peer in _candidates)
        {
            peer.Rank = _members.IndexOf(peer);
            peer.Link.Tell(FormFor(plan, addresses, peer.Rank, peer.Join.DataAddress));
        }

        Timers.CancelAll();
        StartFormTimer();
    }

    private void ServeFromStore(RecoveryPlan plan, ImmutableArray<string> addresses)
    {
        var generation = _generation;
        _storeReads = true;
        _ = _store.Serve(FormFor(plan, addresses, -1, _store.Address), plan.Transfers).PipeTo(
            Self, success: () => new StoreRead(generation, null),
            failure: error => new StoreRead(generation, error.Message));
    }

    private void StartFormTimer() => Timers.StartSingleTimer(
        nameof(FormOverdue), FormOverdue.Instance, _options.Recovery?.FormBound ?? _options.PlanBound);

    private Form FormFor(RecoveryPlan plan, ImmutableArray<string> addresses, int rank, string address) => new(
        _generation, rank, addresses, plan.Cursor, plan.Start, _options.Shape.Buckets,
        _sharding.ShardMax(_options.Microbatches, 1),
        [.. plan.Transfers.Where(transfer => transfer.From == address)],
        [.. plan.Transfers.Where(transfer => transfer.To == rank)]);

    private void OnFormed(Formed formed)
    {
        _formed.Add(formed.Rank);
        _complaints.Remove(formed.Rank);
        if (_formed.Count == _members.Count)
        {
            BecomeSealing();
        }
        else
        {
            TryExpel();
        }
    }

    private void OnComplaint(PeersLost lost)
    {
        if (lost.Rank >= 0 && !_formed.Contains(lost.Rank))
        {
            _complaints[lost.Rank] = lost.Peers.Remove(PeersLost.NoMember);
            TryExpel();
        }
    }

    private void OnFormOverdue()
    {
        if (_storeReads)
        {
            StartFormTimer(); // it ends in a result or an error by itself
            return;
        }

        foreach (var rank in Enumerable.Range(0, _members.Count)
            .Where(rank => !_formed.Contains(rank) && !_complaints.ContainsKey(rank)))
        {
            Expel(_members[rank], "did not form the generation");
        }

        ExpelUnreachable();
    }

    /// <summary>Once everyone has formed or complained, waiting longer would change nothing.</summary>
    private void TryExpel()
    {
        var someoneCanGo = _formed.Count > 0 || _complaints.Values.Any(peers => peers.Length > 0);
        if (_formed.Count + _complaints.Count == _members.Count && someoneCanGo && !_storeReads)
        {
            ExpelUnreachable();
        }
    }

    private void ExpelUnreachable()
    {
        var pairs = _complaints.SelectMany(complaint => complaint.Value.Select(peer => (complaint.Key, peer)));
        var expelled = Reachability.Expel(pairs);
        foreach (var rank in expelled)
        {
            Expel(_members[rank], "cannot be reached by other members");
        }

        // Who alone cannot get its state, from the store or from one that leaves, would hold the others up for ever.
        foreach (var rank in expelled.Count == 0 && _formed.Count > 0 ? _complaints.Keys.ToList() : [])
        {
            Expel(_members[rank], "cannot get the state");
        }

        BecomeRegrouping("the generation did not form");
    }

    private void BecomeSealing()
    {
        Become(Sealing);
        Timers.CancelAll();
        Append(new GenerationFormed(
            _generation, [.. _members.Select(member => member.Join.Node)],
            Math.Min(_cursor.Step, _plan!.Cursor.Step)));
    }

    private void OnSealed()
    {
        var plan = _plan!;
        Announce(plan);
        Adopt(plan);
        foreach (var leaver in _candidates.Where(candidate => candidate.Rank < 0))
        {
            Release(leaver);
        }

        _candidates = [.. _members];
        _expected = [.. _members.Select(member => member.Join.Node)];
        (_incidentAt, _change, _journalAttempts, _storeAttempts) = (null, "", 0, 0);
        Continue();
    }

    /// <summary>The state that everyone holds now is the job's, whether that adds steps to it or takes some.</summary>
    private void Adopt(RecoveryPlan plan)
    {
        var (before, now) = (_cursor.Step, plan.Cursor.Step);
        if (now > before)
        {
            var steps = TotalsBetween(before, now);
            if (steps.Count > 0)
            {
                _observer.Tell(new StepsCommitted(now - steps.Count, steps, TimeSpan.Zero, []));
                AppendQuietly(new StepsDone(now));
            }
        }
        else if (now < before)
        {
            _observer.Tell(new JobRolledBack(before, now, plan.Reason));
        }

        _evaluated = now == before ? _evaluated : WasEvaluated(now);
        _cursor = plan.Cursor;
    }

    /// <summary>A checkpoint at the end of an epoch is written after its evaluation; the last is told again.</summary>
    private bool WasEvaluated(long step) => step == _store.Newest.Step && step < _options.StepsTotal;

    /// <summary>What the candidates remember together of these steps; without the first ones, if nobody does.</summary>
    private List<StepTotals> TotalsBetween(long from, long to)
    {
        var totals = new List<StepTotals>();
        for (var step = to - 1; step >= from; step--)
        {
            var teller = _candidates.Select(candidate => candidate.Standing!).FirstOrDefault(
                one => step >= one.TotalsFrom && step < one.TotalsFrom + one.Totals.Count);
            if (teller is null)
            {
                break;
            }

            totals.Insert(0, teller.Totals[(int)(step - teller.TotalsFrom)]);
        }

        return totals;
    }

    private void Announce(RecoveryPlan plan)
    {
        if (_started is null)
        {
            _started = _clock.GetTimestamp();
            _observer.Tell(new JobStarted(
                _members.Count, _options.StepsTotal, _options.StepsPerEpoch, _options.Epochs,
                Math.Min(_cursor.Step, plan.Cursor.Step)));
        }

        if (Recovers)
        {
            _observer.Tell(new MembersChanged(
                _generation, [.. _members.Select(member => member.Join.Name)], plan.Cursor.Step,
                $"{_change}; {plan.Reason}", _clock.GetElapsedTime(_incidentAt!.Value)));
        }
    }

    private void OnStoreRead(StoreRead read)
    {
        _storeReads = false;
        if (read.Error is not { } error)
        {
            StartFormTimer();
        }
        else if (++_storeAttempts < (_options.Recovery?.DiskAttempts ?? 1))
        {
            Context.GetLogger().Warning("the checkpoint cannot be read: {0}", error);
            Timers.StartSingleTimer(nameof(FormOverdue), FormOverdue.Instance, _options.Recovery!.DiskRetryEvery);
        }
        else
        {
            Fail($"the checkpoint of step {_store.Newest.Step} cannot be read: {error}");
        }
    }

    private void Expel(Peer peer, string why)
    {
        Context.GetLogger().Warning("{0} {1}", peer, why);
        _roster.Expel(peer, _clock.GetTimestamp());
        CutOff(peer);
    }

    private void Release(Peer leaver)
    {
        leaver.Link.Tell(new Released());
        _roster.Remove(leaver);
        Context.Unwatch(leaver.Link);
    }

    private static void CutOff(Peer peer)
    {
        Context.Unwatch(peer.Link);
        Context.Stop(peer.Link);
    }

    /// <summary>Writes an entry that must be there before the next step; tries again for a while if it fails.</summary>
    private void Append(JournalEntry entry)
    {
        var generation = _generation;
        _ = _journal.Append(entry).PipeTo(
            Self, success: () => new Journaled(generation),
            failure: error => new JournalFailed(generation, entry, error.Message));
    }

    /// <summary>Writes an entry that makes a later recovery better informed, and may be missing.</summary>
    private void AppendQuietly(JournalEntry entry)
    {
        if (Recovers)
        {
            _ = _journal.Append(entry);
        }
    }

    private void OnJournalFailed(JournalFailed failed)
    {
        if (failed.Generation != _generation)
        {
            return; // a newer generation has written, or will write, what counts
        }

        if (++_journalAttempts >= (_options.Recovery?.DiskAttempts ?? 1))
        {
            Fail($"the journal cannot be written: {failed.Reason}");
            return;
        }

        Context.GetLogger().Warning("the journal cannot be written: {0}", failed.Reason);
        Timers.StartSingleTimer(
            nameof(JournalAgain), new JournalAgain(failed.Entry), _options.Recovery!.DiskRetryEvery);
    }

    private sealed record MusterTick
    {
        internal static readonly MusterTick Instance = new();
    }

    private sealed record RegroupOverdue
    {
        internal static readonly RegroupOverdue Instance = new();
    }

    private sealed record FormOverdue
    {
        internal static readonly FormOverdue Instance = new();
    }

    private sealed record StoreRead(long Generation, string? Error);

    private sealed record Journaled(long Generation)
    {
        internal bool IsFor(long generation) => Generation == generation;
    }

    private sealed record JournalFailed(long Generation, JournalEntry Entry, string Reason);

    private sealed record JournalAgain(JournalEntry Entry);
}
