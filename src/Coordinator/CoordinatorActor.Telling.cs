using Distributed.Cluster;
using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator;

/// <content>What observers and askers are told: who came and went, what became of it, and how things are.</content>
public sealed partial class CoordinatorActor
{
    private CoordinatorState _state;
    private string _reason = "";
    private int _leased;
    private (long At, string Cause)? _fault;
    private readonly Dictionary<string, string> _failedAt = [];
    private int _epochsTold;

    /// <summary>What it is busy with, for people.</summary>
    private string Phase => _state switch
    {
        CoordinatorState.Training when _leased == 1 => $"training step {_cursor.Step + 1}",
        CoordinatorState.Training => $"training steps {_cursor.Step + 1} to {_cursor.Step + _leased}",
        CoordinatorState.Evaluating => $"evaluating epoch {Epoch}",
        _ => _state.ToString().ToLowerInvariant(),
    };

    private int Epoch => (int)(_cursor.Step / _options.StepsPerEpoch);

    private void Enter(CoordinatorState state)
    {
        _state = state;
        Become(state switch
        {
            CoordinatorState.Gathering => Gathering,
            CoordinatorState.Regrouping => Regrouping,
            CoordinatorState.Forming => Forming,
            CoordinatorState.Sealing => Sealing,
            CoordinatorState.Training => Training,
            CoordinatorState.Evaluating => Evaluating,
            CoordinatorState.Parting => Parting,
            _ => Finishing,
        });
    }

    /// <summary>Remembers why it does what it does.</summary>
    private void Because(string reason)
    {
        if (reason != _reason)
        {
            _reason = reason;
            Context.GetLogger().Debug(reason);
        }
    }

    private void TellJoined(Peer peer)
    {
        if (Recovers)
        {
            _observer.Tell(new WorkerJoined(peer.Join.Name, peer.Join.DataAddress));
        }
    }

    private void TellLeft(Peer peer)
    {
        if (Recovers)
        {
            _observer.Tell(new WorkerLeft(peer.Join.Name, _cursor.Step));
        }
    }

    private void TellLost(Peer peer, string cause)
    {
        if (!Recovers)
        {
            return;
        }

        if (_candidates.Contains(peer))
        {
            NoteFault($"{peer}: {cause}");
        }

        _observer.Tell(new WorkerLost(peer.Join.Name, Phase, _cursor.Step, cause));
    }

    private void TellTrouble(Peer peer, string cause)
    {
        NoteFault($"{peer}: {cause}");
        _observer.Tell(new WorkerTroubled(peer.Join.Name, Phase, _cursor.Step, cause));
    }

    /// <summary>The clock of a recovery runs from the first fault on.</summary>
    private void NoteFault(string cause) => _fault ??= (_clock.GetTimestamp(), cause);

    private void TellRecovered()
    {
        if (_fault is { } fault && Recovers)
        {
            _observer.Tell(new Recovered(_generation, _cursor.Step, fault.Cause, _clock.GetElapsedTime(fault.At)));
        }

        _fault = null;
    }

    /// <summary>An epoch is told once, unless steps of it were done again.</summary>
    /// <returns>Ends once it is known to a coordinator that is started anew, and its metrics are on the disk.</returns>
    private Task TellEpoch(double? testLoss, double? testAccuracy)
    {
        if (Epoch <= _epochsTold)
        {
            return Task.CompletedTask;
        }

        _epochsTold = Epoch;
        _observer.Tell(new EpochCompleted(
            Epoch, _cursor.Step, _cursor.TrainLoss, _options.CountsHits ? _cursor.TrainAccuracy : null, testLoss,
            testAccuracy));
        return Recovers ? _journal.Append(new EpochDone(Epoch, Watches ? testLoss : null)) : Task.CompletedTask;
    }

    private List<WorkerShare> Shares(Sharding sharding) =>
        [.. sharding.Shards(_options.Microbatches, 1).Zip(
            _members, (shard, member) => new WorkerShare(member.Join.Name, shard.First, shard.Count))];

    private void OnGetSnapshot()
    {
        var shards = _members.Count == _sharding.Workers ? _sharding.Shards(_options.Microbatches, 1) : [];
        Sender.Tell(new JobSnapshot(
            _state, Phase, _reason, _generation,
            [.. _members.Select((member, rank) => SnapshotOf(member, MemberState(member, rank)) with
            {
                FirstMicrobatch = shards.Count > 0 ? shards[rank].First : 0,
                Microbatches = shards.Count > 0 ? shards[rank].Count : 0,
            })],
            [.. _roster.Peers.Except(_members).Select(peer => SnapshotOf(peer, ReserveState(peer)))],
            _cursor, _options.StepsTotal));
    }

    private MemberSnapshot SnapshotOf(Peer peer, string state) =>
        new(peer.Join.Name, peer.Join.DataAddress, state, 0, 0, _speeds.Of(peer.Join.Node) ?? 0);

    private string MemberState(Peer member, int rank) => _state switch
    {
        _ when member.Leaves => "leaving",
        CoordinatorState.Forming => _formed.Contains(rank) ? "formed" : "forming",
        CoordinatorState.Training or CoordinatorState.Evaluating => _round.Missing.Contains(rank) ? "working" : "done",
        _ => "ready",
    };

    private string ReserveState(Peer peer) =>
        peer.Leaves ? "leaving"
        : _roster.HoldOff(peer, _clock) > TimeSpan.Zero ? "held off"
        : !_candidates.Contains(peer) ? "in reserve"
        : peer.Standing is null ? "asked to stand" : "standing";
}
