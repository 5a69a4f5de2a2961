using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <summary>Where a job's state is kept.</summary>
/// <remarks>
/// In one process the store sees the state itself. In a cluster it is one more node: workers send it what they own, and
/// get it back from there when nobody else has it.
/// </remarks>
public interface IJobStore
{
    /// <summary>Where its data link listens; empty where it sees the state itself.</summary>
    public string Address => "";

    /// <summary>How far the newest state is that is kept; <see cref="JobCursor.Start"/> for none.</summary>
    public JobCursor Newest { get; }

    /// <summary>
    /// Copies the state as it is now, or takes what the workers will send of it, and writes it while training goes on.
    /// </summary>
    /// <remarks>
    /// Errors: NonFiniteStateException, at once or from the task, when a parameter is NaN or infinite, because such a
    /// state is never kept. The task fails when the disk does, or when a newer generation begins before all parts have
    /// come; what was written before stays.
    /// </remarks>
    public Task<Saved> Save(JobCursor cursor, long generation);

    /// <summary>A new generation begins: a state that has not come in whole will not.</summary>
    public void Abandon()
    {
    }

    /// <summary>
    /// Reads the newest state, and gives members of a forming generation what they need of it, each once it has said
    /// hello.
    /// </summary>
    /// <remarks>The task ends when the state is read, and fails where it cannot be.</remarks>
    public Task Serve(Form form, IReadOnlyList<Transfer> transfers) => Task.CompletedTask;
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
