using Distributed.Cluster.Messages;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>Shows a message in the event log: what it is, and the fields that tell the story.</summary>
internal static class Brief
{
    internal static string Of(object message) => message switch
    {
        Join join => $"Join {join.Node}",
        Regroup regroup => $"Regroup g{regroup.Generation}",
        Standing standing => $"Standing g{standing.Generation} holds "
            + string.Join(" and ", standing.Holdings.Select(one => $"{one.Cursor.Step} [{one.State}]")),
        Form form => $"Form g{form.Generation} rank {form.Rank} of {form.Members.Length} step {form.Cursor.Step} "
            + $"from {form.Start}, gets {form.Incoming.Length}, gives {form.Outgoing.Length}",
        Formed formed => $"Formed g{formed.Generation} rank {formed.Rank}",
        PeersLost lost => $"PeersLost g{lost.Generation} rank {lost.Rank} misses {string.Join(",", lost.Peers)}: "
            + lost.Reason,
        TrainPlan plan => $"TrainPlan g{plan.Generation} rank {plan.Rank} steps {plan.FirstStep}+{plan.StepCount}",
        TrainDone done => $"TrainDone g{done.Generation} rank {done.Rank} steps {done.FirstStep}+{done.Steps.Count}",
        EvaluatePlan plan => $"EvaluatePlan g{plan.Generation} rank {plan.Rank}",
        EvaluateDone done => $"EvaluateDone g{done.Generation} rank {done.Rank}",
        SavePlan plan => $"SavePlan g{plan.Generation} step {plan.Cursor.Step}",
        WorkFailed failed => $"{failed}",
        _ => message.GetType().Name,
    };
}
