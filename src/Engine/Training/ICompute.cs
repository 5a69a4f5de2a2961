namespace Distributed.Engine.Training;

/// <summary>Where numbers are crunched: off the actors' threads, so that their mailboxes stay answerable.</summary>
public interface ICompute
{
    /// <summary>Runs the work, after what was given before; the task ends with its result or its exception.</summary>
    /// <param name="kind">What it is, for whoever accounts for its duration.</param>
    public Task<T> Run<T>(ComputeKind kind, Func<T> work);

    /// <summary>
    /// Runs work whose results become ready in parts: <paramref name="ready"/> is called for part 0, 1, … in order,
    /// each as soon as it is there, all before the task ends. None is called where the work throws.
    /// </summary>
    public Task RunInParts(ComputeKind kind, Action work, int parts, Action<int> ready);
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
