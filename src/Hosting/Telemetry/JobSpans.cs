using System.Diagnostics;
using Distributed.Coordinator;

namespace Distributed.Hosting.Telemetry;

/// <summary>A job as a trace: recoveries, and generations with leases, evaluations and checkpoints.</summary>
internal sealed class JobSpans
{
    private readonly Lock _gate = new();
    private readonly SpanWriter _spans;
    private readonly TimeProvider _clock;
    private readonly Activity? _job;
    private Activity? _generation;
    private long _idleSince;

    internal JobSpans(SpanWriter spans, TimeProvider clock, string model)
    {
        (_spans, _clock, _idleSince) = (spans, clock, clock.GetTimestamp());
        _job = spans.Begin("job", null, TimeSpan.Zero, TagNames.Of(TagNames.Model, model));
    }

    internal void Observe(JobEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case MembersChanged changed:
                    Begin(changed);
                    break;
                case StepsCommitted { Workers.Count: > 0 } lease:
                    _spans.Add(
                        "lease", _generation, lease.Elapsed, TagNames.Of(TagNames.Step, lease.FirstStep),
                        TagNames.Of(TagNames.Steps, lease.Steps.Count));
                    _idleSince = _clock.GetTimestamp();
                    break;
                case EpochCompleted { TestLoss: not null } epoch:
                    // An evaluation follows a lease, or a generation's beginning, at once.
                    _spans.Add(
                        "evaluation", _generation, _clock.GetElapsedTime(_idleSince),
                        TagNames.Of(TagNames.Epoch, epoch.Epoch), TagNames.Of(TagNames.Step, epoch.Step));
                    _idleSince = _clock.GetTimestamp();
                    break;
                case Recovered recovered:
                    _spans.Add(
                        "recovery", _job, recovered.Took, TagNames.Of(TagNames.Generation, recovered.Generation),
                        TagNames.Of(TagNames.Step, recovered.Step), TagNames.Of(TagNames.Reason, recovered.Cause));
                    break;
                case JobEnded end:
                    _job?.SetTag(TagNames.Outcome, CoordinatorInstruments.Outcome(end));
                    End((end as JobFailed)?.Reason);
                    break;
            }
        }
    }

    /// <summary>Begins a checkpoint's span; what it returns ends it.</summary>
    internal Action<string?> BeginCheckpoint(long step)
    {
        lock (_gate)
        {
            var span = _spans.Begin(
                "checkpoint", _generation, TimeSpan.Zero, TagNames.Of(TagNames.Step, step));
            return error => _spans.End(span, error);
        }
    }

    /// <summary>Ends what has not ended; called again it does nothing.</summary>
    internal void End(string? error)
    {
        lock (_gate)
        {
            _spans.End(_generation);
            _generation = null;
            if (_job is { IsStopped: false })
            {
                _spans.End(_job, error);
            }
        }
    }

    private void Begin(MembersChanged changed)
    {
        _spans.End(_generation);
        _generation = _spans.Begin(
            "generation", _job, TimeSpan.Zero, TagNames.Of(TagNames.Generation, changed.Generation),
            TagNames.Of(TagNames.Step, changed.Step), TagNames.Of(TagNames.Members, changed.Workers.Count),
            TagNames.Of(TagNames.Reason, changed.Reason));
        _idleSince = _clock.GetTimestamp();
    }
}
