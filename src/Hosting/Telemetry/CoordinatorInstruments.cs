using System.Diagnostics.Metrics;
using Distributed.Coordinator;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Distributed.Hosting.Telemetry;

/// <summary>What a coordinator measures, all of it made of a job's events.</summary>
internal sealed class CoordinatorInstruments
{
    private readonly TrainingInstruments _training;
    private readonly MembershipInstruments _membership;
    private readonly Counter<long> _checkpoints;
    private readonly Counter<long> _checkpointFailures;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Gauge<long> _checkpointStep;
    private readonly Counter<long> _jobs;

    internal CoordinatorInstruments(Meter meter)
    {
        (_training, _membership) = (new TrainingInstruments(meter), new MembershipInstruments(meter));
        _checkpoints = meter.CreateCounter<long>("distributed.checkpoints", "{checkpoint}", "Checkpoints on disk.");
        _checkpointFailures = meter.CreateCounter<long>(
            "distributed.checkpoint.failures", "{checkpoint}", "Checkpoints that could not be written.");
        _checkpointDuration = Durations.Create(
            meter, "distributed.checkpoint.duration", "From the taking of a state to its end on the disk.");
        _checkpointStep = meter.CreateGauge<long>(
            "distributed.checkpoint.step", "{step}", "Committed steps of the newest checkpoint.");
        _jobs = meter.CreateCounter<long>("distributed.jobs", "{job}", "Jobs that have ended.");
    }

    /// <param name="job">The job's id.</param>
    /// <param name="countsHits">False for regression, which has no accuracy.</param>
    internal void Observe(JobEvent happened, string job, bool countsHits)
    {
        var tag = TagNames.Of(TagNames.Job, job);
        switch (happened)
        {
            case MembershipEvent membership:
                _membership.Observe(membership, tag);
                break;
            case CheckpointSaved saved:
                _checkpoints.Add(1, tag);
                _checkpointStep.Record(saved.Step, tag);
                break;
            case CheckpointFailed:
                _checkpointFailures.Add(1, tag);
                break;
            case JobEnded end:
                _jobs.Add(1, tag, TagNames.Of(TagNames.Outcome, Outcome(end)));
                break;
            default:
                _training.Observe(happened, tag, countsHits);
                break;
        }
    }

    internal void AddCheckpoint(TimeSpan took, string job) =>
        _checkpointDuration.Record(took.TotalSeconds, new Tag(TagNames.Job, job));

    internal static string Outcome(JobEnded end) => end switch
    {
        JobDone => "done",
        JobStopped => "stopped",
        _ => "failed",
    };
}
