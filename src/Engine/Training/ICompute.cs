namespace Distributed.Engine.Training;

/// <summary>Where numbers are crunched: off the actors' threads, so that their mailboxes stay answerable.</summary>
public interface ICompute
{
    /// <summary>How many threads work can be shared among; default 1.</summary>
    public int Threads => 1;

    /// <summary>Runs the work, after what was given before; the task ends with its result or its exception.</summary>
    /// <param name="kind">What it is, for whoever accounts for its duration.</param>
    public Task<T> Run<T>(ComputeKind kind, Func<T> work);

    /// <summary>Runs work that becomes ready in parts, after what was given before. Allocates nothing.</summary>
    public void RunInParts(ComputeKind kind, IPartedWork work);

    /// <summary>
    /// Calls body(0) … body(Threads − 1), each on a thread of its own, and returns when all have returned. For work
    /// that runs here, not within a body; what a body has written is seen by everyone afterwards. The bodies must not
    /// wait for each other: a compute without threads calls one after the other.
    /// </summary>
    /// <remarks>Errors: that of the lowest thread that threw, after all have returned. Allocates nothing.</remarks>
    public void Together(Action<int> body) => body(0);
}

/// <summary>What compute time is spent on.</summary>
public enum ComputeKind
{
    /// <summary>Forward and backward pass over a shard.</summary>
    Shard,

    /// <summary>Loss over held-out samples.</summary>
    Evaluation,

    /// <summary>Reading or writing a checkpoint.</summary>
    Checkpoint,

    /// <summary>Writing one entry of a journal.</summary>
    Journal,
}
