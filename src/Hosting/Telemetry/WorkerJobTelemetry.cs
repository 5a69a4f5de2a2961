using System.Diagnostics;
using Distributed.Cluster.Messages;

namespace Distributed.Hosting.Telemetry;

/// <summary>
/// What is measured of one job in a worker's process: all of it is seen in what it tells its coordinator, and is told.
/// </summary>
internal sealed class WorkerJobTelemetry : IDisposable
{
    private readonly Lock _gate = new();
    private readonly WorkerInstruments _instruments;
    private readonly SpanWriter _spans;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Activity? _job;
    private Activity? _generation;

    /// <param name="job">The job's id.</param>
    /// <param name="worker">This worker's name.</param>
    internal WorkerJobTelemetry(
        TelemetrySource source, WorkerInstruments instruments, string job, string worker, TimeProvider clock)
    {
        (_instruments, _tag) = (instruments, TagNames.Of(TagNames.Job, job));
        _spans = new SpanWriter(source.Spans, clock, job);
        _job = _spans.Begin("worker.job", null, TimeSpan.Zero, TagNames.Of(TagNames.Worker, worker));
    }

    /// <summary>True while there is a control link.</summary>
    internal bool IsConnected { get; private set; }

    internal void OnConnected()
    {
        IsConnected = true;
        _instruments.SetConnected(true, _tag);
    }

    /// <param name="isLost">False where this side has closed it.</param>
    internal void OnClosed(bool isLost)
    {
        IsConnected = false;
        _instruments.SetConnected(false, _tag);
        if (isLost)
        {
            _instruments.AddLostLink(_tag);
        }
    }

    internal void OnReceived(object message)
    {
        switch (message)
        {
            case Form form:
                _instruments.SetGeneration(form.Generation, _tag);
                Begin(form);
                break;
            case Regroup:
                EndGeneration();
                break;
        }
    }

    internal void OnSent(object message)
    {
        switch (message)
        {
            case TrainDone done:
                _instruments.Add(done, _tag);
                break;
            case WorkFailed failed:
                _instruments.Add(failed, _tag);
                break;
        }
    }

    public void Dispose()
    {
        EndGeneration();
        _spans.End(_job);
    }

    private void Begin(Form form)
    {
        lock (_gate)
        {
            EndGeneration();
            _generation = _spans.Begin(
                "worker.generation", _job, TimeSpan.Zero, TagNames.Of(TagNames.Generation, form.Generation),
                TagNames.Of(TagNames.Rank, form.Rank), TagNames.Of(TagNames.Members, form.Members.Length),
                TagNames.Of(TagNames.Step, form.Cursor.Step));
        }
    }

    private void EndGeneration()
    {
        lock (_gate)
        {
            _spans.End(_generation);
            _generation = null;
        }
    }
}
