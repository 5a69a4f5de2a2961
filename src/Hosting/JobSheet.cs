using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Training.Progress;

namespace Distributed.Hosting;

/// <summary>What is known of the job that runs, or ran last: from its events and its coordinator.</summary>
internal sealed class JobSheet : IDisposable
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly ClusterJob _job;
    private readonly Func<Coordinator.JobEvent, Cluster.Contracts.JobEvent?> _describe;
    private readonly Action<Cluster.Contracts.JobEvent> _tell;
    private readonly Action _over;
    private readonly TimeProvider _clock;
    private readonly RunTracker _tracker;
    private readonly long _startedAt;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JobStatus _known;
    private IReadOnlyList<(double Compute, double Wait)> _timings = [];
    private IActorRef? _coordinator;
    private bool _stopAsked;

    internal JobSheet(
        ClusterJob job, Func<Coordinator.JobEvent, Cluster.Contracts.JobEvent?> describe,
        Action<Cluster.Contracts.JobEvent> tell, Action over, TimeProvider clock)
    {
        (_job, _describe, _tell, _over, _clock) = (job, describe, tell, over, clock);
        _startedAt = clock.GetTimestamp();
        var countsHits = job.Ticket.Data.Train.Task == TaskKind.Classification;
        _tracker = new RunTracker(job.Job.Epochs, job.StepsPerEpoch, job.FirstStep, countsHits, clock);
        _known = new JobStatus
        {
            State = JobState.Gathering,
            Reason = "the coordinator is starting",
            JobId = job.Ticket.Id,
            Data = job.Job.Data,
            Model = job.Job.Model,
            Parameters = job.ParameterCount,
            Epochs = job.Job.Epochs,
            Step = job.FirstStep,
            StepsTotal = job.StepsTotal,
            RunDir = job.Ticket.Directory.Path,
        };
    }

    internal string JobId => _job.Ticket.Id;

    /// <summary>Ends with the job.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>The coordinator is there and can be asked.</summary>
    internal void SetCoordinator(IActorRef coordinator)
    {
        lock (_gate)
        {
            _coordinator = coordinator;
            if (_stopAsked)
            {
                coordinator.Tell(new StopJob());
            }
        }
    }

    /// <summary>Asks for the job's end, also where the coordinator is only just starting.</summary>
    internal void Ask(StopJob stop)
    {
        lock (_gate)
        {
            _stopAsked = true;
            _coordinator?.Tell(stop);
        }
    }

    internal async Task<CheckpointReply> SaveAsync(CancellationToken cancellation)
    {
        var coordinator = _coordinator ?? throw new ControlException(
            ControlStatus.Unavailable, "the job is only just starting: try again");
        var answer = await coordinator.Ask<object>(new SaveNow(), Timeout.InfiniteTimeSpan, cancellation);
        return answer switch
        {
            SaveDone done => new CheckpointReply { Step = done.Step, Path = done.Location },
            SaveFailed failed => throw new ControlException(
                ControlStatus.Unavailable, $"step {failed.Step}: the checkpoint could not be written: {failed.Reason}"),
            _ => throw new InvalidOperationException($"SaveNow was answered with {answer.GetType().Name}"),
        };
    }

    internal async Task<JobStatus> StatusAsync()
    {
        var snapshot = await SnapshotAsync();
        lock (_gate)
        {
            var status = _known.Clone();
            status.ElapsedSeconds = _clock.GetElapsedTime(_startedAt).TotalSeconds;
            if (snapshot is not null && !_ended.Task.IsCompleted)
            {
                Add(snapshot, status);
            }

            return status;
        }
    }

    internal void Observe(Coordinator.JobEvent happened)
    {
        lock (_gate)
        {
            _tracker.Observe(happened);
            Note(happened);
        }

        if (_describe(happened) is { } line)
        {
            _tell(line);
        }

        if (happened is JobEnded)
        {
            _ended.TrySetResult();
        }
    }

    public void Dispose()
    {
        _ended.TrySetResult();
        _over();
    }

    private async Task<JobSnapshot?> SnapshotAsync()
    {
        if (_coordinator is not { } coordinator || _ended.Task.IsCompleted)
        {
            return null;
        }

        try
        {
            return await coordinator.Ask<JobSnapshot>(new GetSnapshot(), AnswerMax);
        }
        catch (AskTimeoutException)
        {
            return null; // it is ending just now
        }
    }

    private void Note(Coordinator.JobEvent happened)
    {
        switch (happened)
        {
            case StepsCommitted { Steps.Count: > 0 } steps:
                Note(steps);
                break;
            case EpochCompleted epoch:
                SetTest(epoch.TestLoss, epoch.TestAccuracy);
                break;
            case CheckpointSaved saved:
                _known.CheckpointStep = saved.Step;
                break;
            case Recovered recovered:
                _known.Recoveries++;
                _known.LastRecoverySeconds = recovered.Took.TotalSeconds;
                break;
            case JobDone done:
                (_known.State, _known.Reason) = (JobState.Done, "all steps are done");
                _known.Fingerprint = done.Fingerprint;
                SetTest(done.TestLoss, done.TestAccuracy);
                break;
            case JobStopped stopped:
                (_known.State, _known.Reason) = (JobState.Stopped, $"stopped after step {stopped.Step}");
                break;
            case JobFailed failed:
                (_known.State, _known.Reason) = (JobState.Failed, failed.Reason);
                break;
        }
    }

    private void Note(StepsCommitted steps)
    {
        _known.Step = steps.FirstStep + steps.Steps.Count;
        _known.Epoch = (int)((_known.Step - 1) / _job.StepsPerEpoch) + 1;
        if (_tracker.Progress is not { } progress)
        {
            return; // steps that were recovered, before the first lease of this process
        }

        _known.Loss = progress.Loss;
        if (progress.Accuracy is { } accuracy)
        {
            _known.Accuracy = accuracy;
        }

        _known.SamplesPerSecond = progress.SamplesPerSecond;
        _timings = [.. steps.Workers.Select(worker => (worker.Compute.TotalSeconds, worker.Wait.TotalSeconds))];
    }

    private void SetTest(double? loss, double? accuracy)
    {
        if (loss is { } value)
        {
            _known.TestLoss = value;
        }

        if (accuracy is { } share)
        {
            _known.TestAccuracy = share;
        }
    }

    private void Add(JobSnapshot snapshot, JobStatus status)
    {
        status.State = snapshot.State switch
        {
            CoordinatorState.Gathering => JobState.Gathering,
            CoordinatorState.Regrouping or CoordinatorState.Forming or CoordinatorState.Sealing =>
                JobState.Regrouping,
            CoordinatorState.Training => JobState.Training,
            CoordinatorState.Evaluating => JobState.Evaluating,
            _ => JobState.Finishing,
        };
        (status.Reason, status.Generation) = (snapshot.Reason, snapshot.Generation);
        for (var rank = 0; rank < snapshot.Members.Count; rank++)
        {
            var worker = Of(snapshot.Members[rank], rank);
            if (rank < _timings.Count)
            {
                (worker.ComputeSeconds, worker.WaitSeconds) = _timings[rank];
            }

            status.Workers.Add(worker);
        }

        status.Workers.AddRange(snapshot.Reserves.Select(reserve => Of(reserve, -1)));
        status.WaitingWorkers += snapshot.Reserves.Count;
    }

    private static WorkerStatus Of(MemberSnapshot member, int rank) => new()
    {
        Rank = rank,
        Name = member.Name,
        Address = member.Address,
        State = member.State,
        FirstMicrobatch = member.FirstMicrobatch,
        Microbatches = member.Microbatches,
        SamplesPerSecond = member.SamplesPerSecond,
    };
}
