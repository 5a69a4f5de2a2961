using Distributed.Coordinator;

namespace Distributed.Hosting.Telemetry;

/// <summary>What is measured of one job in its coordinator's process.</summary>
internal sealed class JobTelemetry : IDisposable
{
    private readonly CoordinatorInstruments _instruments;
    private readonly JobSpans _spans;
    private readonly TimeProvider _clock;
    private readonly string _job;
    private readonly bool _countsHits;

    /// <param name="job">The job's id.</param>
    /// <param name="model">As in the job file.</param>
    /// <param name="countsHits">False for regression, which has no accuracy.</param>
    internal JobTelemetry(
        TelemetrySource source, CoordinatorInstruments instruments, string job, string model, bool countsHits,
        TimeProvider clock)
    {
        (_instruments, _job, _countsHits, _clock) = (instruments, job, countsHits, clock);
        _spans = new JobSpans(new SpanWriter(source.Spans, clock, job), clock, model);
    }

    internal void Observe(JobEvent happened)
    {
        _instruments.Observe(happened, _job, _countsHits);
        _spans.Observe(happened);
    }

    /// <summary>The state of a step is taken; the task ends when it is on the disk.</summary>
    internal void OnSaving(long step, Task saving)
    {
        var (began, end) = (_clock.GetTimestamp(), _spans.BeginCheckpoint(step));
        _ = saving.ContinueWith(
            saved =>
            {
                if (saved.IsCompletedSuccessfully)
                {
                    _instruments.AddCheckpoint(_clock.GetElapsedTime(began), _job);
                }

                end(saved.Exception?.InnerException?.Message);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Dispose() => _spans.End("the coordinator has ended before the job");
}
