using System.Collections.Immutable;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator;

/// <content>Membership: who joins, leaves and is lost; gathering and regrouping.</content>
// Note [Regrouping is the answer to everything]: a worker that joins, leaves, dies, freezes or loses a link is met in
// one way. A new generation number is journaled, everyone who answers stops and says what it holds, the highest step
// that survives in whole is chosen, whoever lacks a part of it gets it, and training goes on. Who does not answer is
// left behind and, should it come back, joins again.
public sealed partial class CoordinatorActor
{
    private static readonly TimeSpan MusterEvery = TimeSpan.FromSeconds(1);

    private readonly Roster _roster = new();
    private long _generation;
    private IReadOnlyList<string> _expected;
    private List<Peer> _candidates = [];
    private List<Peer> _members = [];
    private string _change = "";
    private long? _incidentAt;
    private TimeSpan _waited;
    private long _tickedAt;
    private bool _isHeir;
    private IReadOnlyList<string> _questioned = [];

    private bool Recovers => _options.Recovery is not null;

    private TimeSpan Grace => _options.Recovery?.Grace ?? TimeSpan.Zero;

    private TimeSpan? GatherBound => _options.Recovery is { } recovery ? recovery.GatherBound : _options.PlanBound;

    private TimeSpan RegroupBound => _options.Recovery?.RegroupBound ?? _options.PlanBound;

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

    private void OnLinkClosed(LinkClosed closed)
    {
        if (_roster.TryFind(Sender, out var peer))
        {
            peer.ClosedBecause = closed.Reason; // its end comes next
        }
    }

    private Peer? Admit(Join join)
    {
        var replaced = _roster.Add(Context.Watch(Sender), join);
        if (replaced is not null)
        {
            CutOff(replaced);
            TellLost(replaced, "joined again over another link");
        }

        TellJoined(_roster.Peers[^1]);

        return replaced;
    }

    private void Forget(IActorRef link)
    {
        if (_roster.TryFind(link, out var peer))
        {
            _roster.Remove(peer);
            TellLost(peer, Cause(peer));
        }
    }

    private static string Cause(Peer gone) => gone.ClosedBecause ?? "its link is gone";

    private void OnGone(IActorRef link)
    {
        if (_roster.TryFind(link, out var peer))
        {
            _roster.Remove(peer);
            TellLost(peer, Cause(peer));
            OnLost(peer, peer.ClosedBecause is { } reason ? $"is gone: {reason}" : "is gone");
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
        TellTrouble(_members[lost.Rank], lost.Describe(peers));
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

        var missing = _round.Missing.Select(rank => _members[rank]).ToList();
        missing.ForEach(member => TellTrouble(member, "did not answer a plan"));
        BecomeRegrouping($"{string.Join(", ", missing)} did not answer a plan");
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
        Enter(CoordinatorState.Gathering);
        _generation++; // what the old one still says is stale
        (_members, _candidates) = ([], []);
        Timers.CancelAll();
        _tickedAt = _clock.GetTimestamp();
        Timers.StartPeriodicTimer(nameof(MusterTick), MusterTick.Instance, MusterEvery);
    }

    /// <summary>Waiting counts while it is awake: frozen, it cannot see who comes back.</summary>
    private void OnMusterTick()
    {
        var passed = _clock.GetElapsedTime(_tickedAt);
        _waited += passed < 2 * MusterEvery ? passed : MusterEvery;
        _tickedAt = _clock.GetTimestamp();
        TryMuster();
    }

    private void TryMuster()
    {
        List<string> here = [.. _roster.Peers.Select(peer => peer.Join.Node)];
        var (begins, reason) = Muster.Decide(
            here, _expected, _started is null ? _options.Workers : 1, _waited,
            _options.Recovery?.Patience ?? TimeSpan.Zero, Grace);
        Because(reason);
        // Those who were questioned before hold the same as then: only time, or others, can help.
        if (begins && (_waited >= Grace || here.Exists(node => !_questioned.Contains(node))))
        {
            BecomeRegrouping(reason);
        }
        else if (_stopAsked && _waited > Grace)
        {
            EndUnsaved();
        }
        else if (GatherBound is { } bound && _waited > bound)
        {
            Fail($"{reason}; waited {bound.TotalMinutes:0} min");
        }
    }

    private void BecomeRegrouping(string change)
    {
        _incidentAt ??= _clock.GetTimestamp();
        _change = _change.Length > 0 ? _change : change;

        Because(change);
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

        Enter(CoordinatorState.Regrouping);
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

        Timers.StartSingleTimer(nameof(RegroupOverdue), RegroupOverdue.Instance, RegroupBound);
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

        TellLost(peer, Cause(peer));
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
            Expel(silent, $"sent nothing for {RegroupBound.TotalSeconds:0.#} s when asked to regroup");
            _candidates.Remove(silent);
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

        // One that leaves and cannot hand over stays until it can.
        var allStay = _didNotForm || _candidates.TrueForAll(candidate => candidate.Leaves);
        var plan = RecoveryPlan.Decide(
            [.. _candidates.Select(peer => new Candidate(
                peer.Join.Node, peer.Join.DataAddress, allStay || !peer.Leaves, peer.Standing!))],
            _store.Newest, _options.Shape, _store.Address);
        if (plan.Cursor.Step < CommittedMax() && MayStillComeBack())
        {
            // Committed steps would be lost; those who have them may be on their way back.
            _questioned = [.. _candidates.Select(peer => peer.Join.Node)];
            BecomeGathering();
            return;
        }

        BecomeForming(plan);
    }

    /// <summary>
    /// The most steps that may have been told. The coordinator before this one may have told more than it journaled,
    /// but none that a member did not hold, and what a member holds only grows.
    /// </summary>
    private long CommittedMax()
    {
        var held = _candidates.Where(peer => _isHeir && _expected.Contains(peer.Join.Node))
            .Select(peer => peer.Standing!.Holdings.Select(holding => holding.Cursor.Step).DefaultIfEmpty().Max());
        return Math.Max(_cursor.Step, held.DefaultIfEmpty().Min());
    }

    private bool MayStillComeBack() =>
        _expected.Except(_candidates.Select(candidate => candidate.Join.Node)).Any()
        && _waited < Grace;

    private void Expel(Peer peer, string why)
    {
        Context.GetLogger().Warning("{0} {1}", peer, why);
        TellLost(peer, why);
        _roster.Expel(peer, _clock.GetTimestamp());
        CutOff(peer);
    }

    private void Release(Peer leaver)
    {
        leaver.Link.Tell(new Released());
        TellLeft(leaver);
        _roster.Remove(leaver);
        Context.Unwatch(leaver.Link);
    }

    private static void CutOff(Peer peer)
    {
        Context.Unwatch(peer.Link);
        Context.Stop(peer.Link);
    }

    private sealed record MusterTick
    {
        internal static readonly MusterTick Instance = new();
    }

    private sealed record RegroupOverdue
    {
        internal static readonly RegroupOverdue Instance = new();
    }
}
