using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Engine.Errors;

namespace Distributed.Hosting;

/// <summary>
/// What callers and workers ask a coordinator's process: they are told how the job is, or wait here for one.
/// </summary>
public sealed class JobDesk : IJobControl
{
    private const string NoJob = "there is no job: give one with distributed submit JOB.yaml";

    /// <summary>Updates that wait for one slow watcher, before the oldest are dropped.</summary>
    private const int UpdatesMax = 1000;

    /// <summary>Between two statuses that a watcher gets.</summary>
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private readonly Func<SubmitJobRequest, JobTicket>? _prepare;
    private readonly TimeProvider _clock;
    private readonly List<Channel<JobUpdate>> _watchers = [];
    private readonly Channel<JobTicket> _submitted = Channel.CreateUnbounded<JobTicket>();
    private TaskCompletionSource _changed = NewSignal();
    private JobSheet? _sheet;
    private JobAssignment? _assignment;
    private bool _isTaken;
    private int _waiting;
    private int _calls;

    /// <param name="prepare">Makes a job of what is submitted; null where jobs are not submitted here.</param>
    internal JobDesk(Func<SubmitJobRequest, JobTicket>? prepare, TimeProvider clock) =>
        (_prepare, _clock) = (prepare, clock);

    public string? CurrentJobId => _assignment?.JobId;

    public bool IsReady => true;

    /// <summary>The next job that someone submits.</summary>
    public ValueTask<JobTicket> NextAsync(CancellationToken cancellation) =>
        _submitted.Reader.ReadAsync(cancellation);

    /// <summary>Gives a job to whoever waits for the next.</summary>
    public void Submit(JobTicket ticket)
    {
        _isTaken = true;
        _submitted.Writer.TryWrite(ticket);
    }

    public async Task<SubmitJobReply> SubmitAsync(SubmitJobRequest request, CancellationToken cancellation)
    {
        if (_prepare is null)
        {
            throw new ControlException(
                ControlStatus.FailedPrecondition,
                "this coordinator was started for one job and takes no other: start one without --job to submit to");
        }

        lock (_gate)
        {
            if (_isTaken)
            {
                throw new ControlException(
                    ControlStatus.FailedPrecondition,
                    "this coordinator has a job already: wait for its end, or stop it with distributed stop");
            }

            _isTaken = true;
        }

        try
        {
            var ticket = await Task.Run(() => _prepare(request), cancellation);
            _submitted.Writer.TryWrite(ticket);
            return new SubmitJobReply { JobId = ticket.Id, RunDir = ticket.Directory.Path };
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _isTaken = false;
            }

            throw error is UserErrorException
                ? new ControlException(ControlStatus.InvalidArgument, error.Message)
                : error;
        }
    }

    public async Task<JobStatus> StatusAsync(CancellationToken cancellation)
    {
        var status = _sheet is { } sheet
            ? await sheet.StatusAsync()
            : new JobStatus { State = JobState.NoJob, Reason = NoJob };
        status.WaitingWorkers += Volatile.Read(ref _waiting);
        return status;
    }

    public async IAsyncEnumerable<JobUpdate> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var updates = Channel.CreateBounded<JobUpdate>(
            new BoundedChannelOptions(UpdatesMax) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _watchers.Add(updates);
        }

        try
        {
            using var timer = new PeriodicTimer(StatusEvery, _clock);
            JobStatus? told = null;
            do
            {
                while (updates.Reader.TryRead(out var update))
                {
                    yield return update;
                }

                var status = await StatusAsync(cancellation);
                if (!status.Equals(told))
                {
                    told = status;
                    yield return new JobUpdate { Status = status };
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        finally
        {
            lock (_gate)
            {
                _watchers.Remove(updates);
            }
        }
    }

    public async Task<StopJobReply> StopAsync(StopJobRequest request, CancellationToken cancellation)
    {
        var sheet = Sheet();
        using var call = new Call(this);
        sheet.Ask(new Coordinator.StopJob());
        await sheet.Ended.WaitAsync(cancellation);
        return new StopJobReply { JobId = sheet.JobId, Step = (await sheet.StatusAsync()).Step };
    }

    public async Task<CheckpointReply> CheckpointAsync(CancellationToken cancellation)
    {
        using var call = new Call(this);
        return await Sheet().SaveAsync(cancellation);
    }

    public async IAsyncEnumerable<JobAssignment> AwaitJobAsync(
        AwaitJobRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var given = "";
        Interlocked.Increment(ref _waiting);
        try
        {
            while (true)
            {
                JobAssignment? assignment;
                Task changed;
                lock (_gate)
                {
                    (assignment, changed) = (_assignment, _changed.Task);
                }

                if (assignment is not null && assignment.JobId != given)
                {
                    given = assignment.JobId;
                    yield return assignment;
                }

                await changed.WaitAsync(cancellation);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>A job begins; the sheet's end is the job's.</summary>
    internal JobSheet Begin(
        ClusterJob job, string dataAddress, Func<Coordinator.JobEvent, JobEvent?> describe)
    {
        var sheet = new JobSheet(job, describe, Tell, End, _clock);
        lock (_gate)
        {
            (_sheet, _isTaken) = (sheet, true);
            _assignment = new JobAssignment
            {
                JobId = sheet.JobId,
                JobJson = job.Document.ToJson().GetRawText(),
                DataSha256 = job.DataIdentity,
                DataAddress = dataAddress,
            };
            Signal();
        }

        return sheet;
    }

    /// <summary>Ends when no call waits for what has happened already, or after a while.</summary>
    internal async Task WhenQuiet()
    {
        for (var i = 0; i < 20 && (Volatile.Read(ref _calls) > 0 || HasUpdates()); i++)
        {
            await _clock.Pause(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private bool HasUpdates()
    {
        lock (_gate)
        {
            return _watchers.Any(watcher => watcher.Reader.Count > 0);
        }
    }

    private JobSheet Sheet() => _assignment is not null && _sheet is { } sheet
        ? sheet
        : throw new ControlException(
            ControlStatus.FailedPrecondition, NoJob);

    private void Tell(JobEvent happened)
    {
        lock (_gate)
        {
            _watchers.ForEach(watcher => watcher.Writer.TryWrite(new JobUpdate { Event = happened }));
        }
    }

    private void End()
    {
        lock (_gate)
        {
            (_assignment, _isTaken) = (null, false);
            Signal();
        }
    }

    private void Signal()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly struct Call : IDisposable
    {
        private readonly JobDesk _desk;

        internal Call(JobDesk desk)
        {
            _desk = desk;
            Interlocked.Increment(ref desk._calls);
        }

        public void Dispose() => Interlocked.Decrement(ref _desk._calls);
    }
}
