using System.Diagnostics.Metrics;
using Distributed.Coordinator;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Distributed.Hosting.Telemetry;

/// <summary>Who takes part, who comes and goes, and how long recovery takes.</summary>
internal sealed class MembershipInstruments
{
    private readonly Gauge<int> _workers;
    private readonly Gauge<long> _generation;
    private readonly Histogram<double> _regrouping;
    private readonly Counter<long> _recoveries;
    private readonly Histogram<double> _recovery;
    private readonly Counter<long> _joins;
    private readonly Counter<long> _leaves;
    private readonly Counter<long> _losses;
    private readonly Counter<long> _troubles;
    private readonly Counter<long> _rollbacks;
    private readonly Counter<long> _stepsRolledBack;

    internal MembershipInstruments(Meter meter)
    {
        _workers = meter.CreateGauge<int>("distributed.workers", "{worker}", "Members of the generation.");
        _generation = meter.CreateGauge<long>("distributed.generation", "1", "The number of the membership.");
        _regrouping = Durations.Create(
            meter, "distributed.regrouping.duration", "From a fault, or the wish to join or leave, to the next plan.");
        _recoveries = meter.CreateCounter<long>("distributed.recoveries", "{recovery}", "Faults that were recovered.");
        _recovery = Durations.Create(
            meter, "distributed.recovery.duration", "From noticing a fault to the next work that is done.");
        _joins = meter.CreateCounter<long>("distributed.worker.joins", "{worker}", "Workers that came.");
        _leaves = meter.CreateCounter<long>(
            "distributed.worker.leaves", "{worker}", "Workers that left as they wished.");
        _losses = meter.CreateCounter<long>("distributed.worker.losses", "{worker}", "Workers that were lost.");
        _troubles = meter.CreateCounter<long>(
            "distributed.worker.troubles", "{fault}", "Faults at workers that stayed.");
        _rollbacks = meter.CreateCounter<long>(
            "distributed.rollbacks", "{rollback}", "Returns to a checkpoint, with all who held more lost.");
        _stepsRolledBack = meter.CreateCounter<long>(
            "distributed.rollback.steps", "{step}", "Committed steps that are done again.");
    }

    internal void Observe(MembershipEvent happened, Tag job)
    {
        switch (happened)
        {
            case MembersChanged changed:
                _workers.Record(changed.Workers.Count, job);
                _generation.Record(changed.Generation, job);
                _regrouping.Record(changed.Took.TotalSeconds, job);
                break;
            case Recovered recovered:
                _recoveries.Add(1, job);
                _recovery.Record(recovered.Took.TotalSeconds, job);
                break;
            case WorkerJoined:
                _joins.Add(1, job);
                break;
            case WorkerLeft:
                _leaves.Add(1, job);
                break;
            case WorkerLost lost:
                _losses.Add(1, job, TagNames.Of(TagNames.ErrorType, Class(lost.Cause)));
                break;
            case WorkerTroubled troubled:
                _troubles.Add(1, job, TagNames.Of(TagNames.ErrorType, Class(troubled.Cause)));
                break;
            case JobRolledBack rolledBack:
                _rollbacks.Add(1, job);
                _stepsRolledBack.Add(rolledBack.FromStep - rolledBack.ToStep, job);
                break;
        }
    }

    /// <summary>One of five words for a cause: in full, each would make a series of its own.</summary>
    internal static string Class(string cause) =>
        cause.StartsWith("joined again", StringComparison.Ordinal) ? "replaced"
        : cause.Contains("nothing came", StringComparison.Ordinal)
            || cause.Contains("did not answer", StringComparison.Ordinal) ? "silent"
        : cause.StartsWith("data link", StringComparison.Ordinal) ? "data_link"
        : cause.StartsWith("did not", StringComparison.Ordinal) ? "late"
        : "closed";
}
