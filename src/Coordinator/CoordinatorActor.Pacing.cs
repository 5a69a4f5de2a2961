using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Pace;

namespace Distributed.Coordinator;

/// <content>Shards that follow the workers' speed, and how long an answer may take.</content>
public sealed partial class CoordinatorActor
{
    private const int StepTimesKept = 15;

    private readonly WorkerSpeeds _speeds = new();
    private readonly PieceCost _pieceCost = new();
    private readonly Queue<TimeSpan> _stepTimes = new();
    private TimeSpan _evaluationTime;
    private TimeSpan _askEvery;
    private Position?[] _positionsBefore = [];
    private Position?[] _positions = [];
    private int _asked;

    /// <summary>What a step took lately, in most cases; zero where nothing is known.</summary>
    private TimeSpan StepTimeMedian => _stepTimes.Count > 0 ? _stepTimes.Order().ElementAt(_stepTimes.Count / 2)
        : TimeSpan.Zero;

    /// <summary>What the members have measured decides who computes how much of the next lease.</summary>
    private void Deal()
    {
        if (!Recovers)
        {
            return; // workers of one process share a machine, and memory that is laid out for equal shards
        }

        var present = ShardPlan.CountsOf(_sharding, _options.Microbatches);
        var plan = ShardPlan.Decide(
            [.. _members.Select(member => _speeds.Of(member.Join.Node))], present, _options.Microbatches,
            _pieceCost.PerPiece);
        if (!plan.Counts.SequenceEqual(present))
        {
            _sharding = plan.Sharding;
            Because(plan.Reason);
        }
    }

    private void Measure(IReadOnlyList<TrainDone> reports, TimeSpan elapsed)
    {
        for (var rank = 0; rank < _members.Count; rank++)
        {
            _speeds.Add(_members[rank].Join.Node, reports[rank].Timing);
        }

        if (reports[0].Steps.Count == 0)
        {
            return;
        }

        _pieceCost.Add(
            [.. reports.Select(report => report.Timing)], ShardPlan.CountsOf(_sharding, _options.Microbatches));

        _stepTime = elapsed / reports[0].Steps.Count;
        _stepTimes.Enqueue(_stepTime);
        if (_stepTimes.Count > StepTimesKept)
        {
            _stepTimes.Dequeue();
        }
    }

    /// <summary>
    /// A plan that takes far longer than such plans do leads to a question, not to an expulsion: see
    /// <see cref="Holdup"/>. Where nothing was measured yet only PlanBound counts.
    /// </summary>
    private void StartAsking()
    {
        (_positionsBefore, _positions, _asked) = (new Position?[_members.Count], new Position?[_members.Count], 0);
        var usual = _state == CoordinatorState.Evaluating ? _evaluationTime : StepTimeMedian * _leased;
        if (_options.Recovery is { } recovery && usual > TimeSpan.Zero)
        {
            _askEvery = usual * 5 > recovery.AskBound ? usual * 5 : recovery.AskBound;
            Timers.StartSingleTimer(nameof(PlanLong), PlanLong.Instance, _askEvery);
        }
    }

    private bool IsOfThisPlan(Position position) =>
        position.Generation == _generation && position.Rank >= 0 && position.Rank < _positions.Length;

    /// <summary>Once all have answered the first question, who keeps the others waiting is told.</summary>
    private void OnPosition(Position position)
    {
        _positions[position.Rank] = position;
        var missing = _round.Missing.ToList();
        if (_asked != 1 || missing.Count == 0 || missing.Any(rank => _positions[rank] is null))
        {
            return;
        }

        foreach (var rank in Holdup.Decide(missing, _positions, _positions).Ranks)
        {
            _observer.Tell(new WorkerTroubled(
                _members[rank].Join.Name, Phase, _cursor.Step,
                $"keeps the others waiting in step {_positions[rank]!.Step + 1}, "
                + $"{_askEvery.TotalSeconds:0.#} s so far"));
        }
    }

    /// <summary>Asks; and who has not moved between two answers is left behind.</summary>
    private void OnPlanLong()
    {
        var missing = _round.Missing.ToList();
        if (++_asked > 2)
        {
            var (ranks, why) = Holdup.Decide(missing, _positionsBefore, _positions);
            Because($"{string.Join(", ", ranks.Select(rank => _members[rank]))} {why}");
            if (ranks.Count > 0)
            {
                LeaveBehind([.. ranks.Select(rank => _members[rank])], $"{why}, {_askEvery.TotalSeconds:0.#} s long");
                return;
            }
        }

        (_positionsBefore, _positions) = (_positions, new Position?[_members.Count]);
        missing.ForEach(rank => _members[rank].Link.Tell(new HowFar(_generation)));
        Timers.StartSingleTimer(nameof(PlanLong), PlanLong.Instance, _askEvery);
    }

    private void LeaveBehind(List<Peer> peers, string why)
    {
        peers.ForEach(peer => Expel(peer, why));
        BecomeRegrouping($"{string.Join(", ", peers)}: {why}");
    }

    /// <summary>A plan takes longer than such plans do.</summary>
    private sealed record PlanLong
    {
        internal static readonly PlanLong Instance = new();
    }
}
