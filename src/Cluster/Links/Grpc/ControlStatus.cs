namespace Distributed.Cluster.Links.Grpc;

/// <summary>How a call ended: the status codes of gRPC, with its numbers.</summary>
public enum ControlStatus
{
    Ok = 0,

    /// <summary>The caller gave the call up.</summary>
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,

    /// <summary>Something is larger, or there is more of it, than the receiver takes.</summary>
    ResourceExhausted = 8,

    /// <summary>The other side is not in a state for this; trying again does not help by itself.</summary>
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,

    /// <summary>No such method, or no such compression.</summary>
    Unimplemented = 12,

    /// <summary>A defect at the other side.</summary>
    Internal = 13,

    /// <summary>Not reachable, or not now; trying again may help.</summary>
    Unavailable = 14,
    DataLoss = 15,

    /// <summary>The token was not proved.</summary>
    Unauthenticated = 16,
}
