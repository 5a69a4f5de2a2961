using Distributed.Cluster.Contracts;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>What stands behind the control link: the coordinator, seen from outside.</summary>
/// <remarks>
/// Called on any thread, by several callers at once. A <see cref="ControlException"/> becomes the call's status; any
/// other exception becomes Internal, with a line in the log. Tokens are cancelled when the caller has gone.
/// </remarks>
public interface IJobControl
{
    /// <summary>The job that workers may join now; null while there is none.</summary>
    public string? CurrentJobId { get; }

    /// <summary>True once workers and callers can be served: what readiness probes ask.</summary>
    public bool IsReady { get; }

    /// <summary>Starts a job.</summary>
    public Task<SubmitJobReply> SubmitAsync(SubmitJobRequest request, CancellationToken cancellation);

    /// <summary>Where the job stands.</summary>
    public Task<JobStatus> StatusAsync(CancellationToken cancellation);

    /// <summary>Statuses and events until the caller ends it.</summary>
    public IAsyncEnumerable<JobUpdate> WatchAsync(CancellationToken cancellation);

    /// <summary>Ends the job after the step under way.</summary>
    public Task<StopJobReply> StopAsync(StopJobRequest request, CancellationToken cancellation);

    /// <summary>Saves a checkpoint; done when it is on disk.</summary>
    public Task<CheckpointReply> CheckpointAsync(CancellationToken cancellation);

    /// <summary>
    /// An assignment as soon as there is a job, and one for each that follows. The worker waits as long as it reads.
    /// </summary>
    public IAsyncEnumerable<JobAssignment> AwaitJobAsync(AwaitJobRequest request, CancellationToken cancellation);
}
