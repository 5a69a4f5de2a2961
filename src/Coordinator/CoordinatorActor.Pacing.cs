using Distributed.Cluster.Messages;
using Distributed.Coordinator.Pace;

namespace Distributed.Coordinator;

/// <content>Shards that follow the workers' speed, and how long an answer may take.</content>
public sealed partial class CoordinatorActor
{
    private readonly WorkerSpeeds _speeds = new();

    /// <summary>What the members have measured decides who computes how much of the next lease.</summary>
    private void Deal()
    {
        if (!Recovers)
        {
            return; // workers of one process share a machine, and memory that is laid out for equal shards
        }

        var present = ShardPlan.CountsOf(_sharding, _options.Microbatches);
        var plan = ShardPlan.Decide(
            [.. _members.Select(member => _speeds.Of(member.Join.Node))], present, _options.Microbatches);
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

        _stepTime = reports[0].Steps.Count > 0 ? elapsed / reports[0].Steps.Count : _stepTime;
    }
}
