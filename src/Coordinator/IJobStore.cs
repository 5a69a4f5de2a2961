namespace Distributed.Coordinator;

/// <summary>Where a job's state is kept.</summary>
public interface IJobStore
{
    /// <summary>
    /// Copies the state as it is now, before it returns, and then writes the copy while training goes on.
    /// </summary>
    /// <remarks>
    /// Errors: NonFiniteStateException at once when a parameter is NaN or infinite, because such a state is never
    /// kept. The task fails when the disk does; what was written before stays.
    /// </remarks>
    public Task<Saved> Save(JobCursor cursor);
}

/// <summary>A state on disk, or just hashed where nothing is kept.</summary>
/// <param name="Location">Where it lies; empty where nothing is kept.</param>
/// <param name="Fingerprint">SHA-256 of all parameters and optimizer state.</param>
public sealed record Saved(string Location, string Fingerprint);

/// <summary>A parameter holds a NaN or an infinity.</summary>
public sealed class NonFiniteStateException(string parameter)
    : Exception($"parameter '{parameter}' holds a NaN or an infinity")
{
    public string Parameter => parameter;
}
