using System.Collections.Immutable;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator;

/// <content>A generation comes together: its plan, its complaints, its seal, and what it means for the job.</content>
public sealed partial class CoordinatorActor
{
    private readonly SortedSet<int> _formed = [];
    private readonly SortedDictionary<int, PeersLost> _complaints = [];
    private RecoveryPlan? _plan;
    private IReadOnlyList<StepTotals> _untold = [];
    private int _storeAttempts;
    private bool _storeReads;
    private bool _didNotForm;

    private void BecomeForming(RecoveryPlan plan)
    {
        Enter(CoordinatorState.Forming);
        Because(plan.Reason);
        _plan = plan;
        _formed.Clear();
        _complaints.Clear();
        _members = [.. plan.Members.Select(
            member => _candidates.Single(candidate => candidate.Join.Node == member.Node))];
        _sharding = Sharding.Equal(_members.Count);
        _storeReads = false;
        _untold = TotalsBetween(_cursor.Step, plan.Cursor.Step);
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
        nameof(FormOverdue), FormOverdue.Instance, FormBound);

    private TimeSpan FormBound => _options.Recovery?.FormBound ?? _options.PlanBound;

    private Form FormFor(RecoveryPlan plan, ImmutableArray<string> addresses, int rank, string address) => new(
        _generation, rank, addresses, plan.Cursor, plan.Start, _options.Shape.BucketsFor(addresses.Length),
        _options.Microbatches, // any dealing of them may come: see ShardPlan
        [.. plan.Transfers.Where(transfer => transfer.From == address)],
        [.. plan.Transfers.Where(transfer => transfer.To == rank)], _untold);

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
            _complaints[lost.Rank] = lost with { Peers = lost.Peers.Remove(PeersLost.NoMember) };
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
            Expel(_members[rank], $"did not form: said nothing for {FormBound.TotalSeconds:0.#} s");
        }

        ExpelUnreachable();
    }

    /// <summary>Once everyone has formed or complained, waiting longer would change nothing.</summary>
    private void TryExpel()
    {
        var someoneCanGo = _formed.Count > 0 || _complaints.Values.Any(complaint => complaint.Peers.Length > 0);
        if (_formed.Count + _complaints.Count == _members.Count && someoneCanGo && !_storeReads)
        {
            ExpelUnreachable();
        }
    }

    private void ExpelUnreachable()
    {
        var pairs = _complaints.SelectMany(
            complaint => complaint.Value.Peers.Select(peer => (complaint.Key, peer)));
        var expelled = Reachability.Expel(pairs);
        foreach (var rank in expelled)
        {
            Expel(_members[rank], WhyUnreachable(rank));
        }

        // Who alone cannot get its state, from the store or from one that leaves, would hold the others up for ever.
        foreach (var rank in expelled.Count == 0 && _formed.Count > 0 ? _complaints.Keys.ToList() : [])
        {
            Expel(_members[rank], _complaints[rank].Describe(Names(_complaints[rank])));
        }

        _didNotForm = true;
        NoteFault("the generation did not form");
        BecomeRegrouping("the generation did not form");
    }

    private string Names(PeersLost lost) => string.Join(", ", lost.Peers.Select(rank => _members[rank]));

    /// <summary>What it says itself; else what the others say of it.</summary>
    private string WhyUnreachable(int rank) =>
        _complaints.TryGetValue(rank, out var own) && own.Peers.Length > 0
            ? own.Describe(Names(own))
            : string.Join(
                "; ", _complaints.Where(complaint => complaint.Value.Peers.Contains(rank)).Select(
                    complaint => $"{_members[complaint.Key]} {complaint.Value.Describe($"{_members[rank]}")}"));

    private void BecomeSealing()
    {
        Enter(CoordinatorState.Sealing);
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
        (_incidentAt, _change, _waited) = (null, "", TimeSpan.Zero);
        (_isHeir, _questioned) = (false, []);
        (_journalAttempts, _storeAttempts, _didNotForm) = (0, 0, false);
        _isFirstLease = Recovers; // of one step: it shows soonest that the new members work
        _speeds.Keep([.. _roster.Peers.Select(peer => peer.Join.Node)]);
        Continue();
    }

    /// <summary>The state that everyone holds now is the job's, whether that adds steps to it or takes some.</summary>
    private void Adopt(RecoveryPlan plan)
    {
        var (before, now) = (_cursor.Step, plan.Cursor.Step);
        if (now > before)
        {
            if (_untold.Count > 0)
            {
                _observer.Tell(new StepsCommitted(now - _untold.Count, _untold, TimeSpan.Zero, []));
                AppendQuietly(new StepsDone(now));
            }
        }
        else if (now < before)
        {
            _observer.Tell(new JobRolledBack(before, now, plan.Reason));
            _epochsTold = (int)Math.Min(_epochsTold, now / _options.StepsPerEpoch);
            AppendQuietly(new EpochDone(_epochsTold));
        }

        _evaluated = now == before ? _evaluated : WasEvaluated(now);
        _cursor = plan.Cursor;
    }

    /// <summary>A checkpoint at the end of an epoch is written after its evaluation; the last is told again.</summary>
    private bool WasEvaluated(long step) => step < _options.StepsTotal
        && !EndsEarlyAt(step) && (step == _store.Newest.Step || step <= (long)_epochsTold * _options.StepsPerEpoch);

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

    private sealed record FormOverdue
    {
        internal static readonly FormOverdue Instance = new();
    }

    private sealed record StoreRead(long Generation, string? Error);
}
