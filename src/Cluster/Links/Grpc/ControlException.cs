using Distributed.Engine.Errors;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>
/// A call on the control link that failed. Thrown by the job control, it becomes the call's status; the client throws
/// it for the status that it got.
/// </summary>
/// <param name="status">Not Ok.</param>
/// <param name="line">For the user: what was seen, where, what was needed, what to do.</param>
public sealed class ControlException(ControlStatus status, string line) : UserErrorException(line)
{
    public ControlStatus Status { get; } = status;

    /// <summary>
    /// True where the same call cannot succeed by being made again: another version, build, job or token, or a request
    /// with a mistake.
    /// </summary>
    public bool IsFinal => Status
        is ControlStatus.FailedPrecondition or ControlStatus.Unauthenticated or ControlStatus.PermissionDenied
        or ControlStatus.Unimplemented or ControlStatus.InvalidArgument or ControlStatus.NotFound;
}
