using Distributed.Engine.Training;

namespace Distributed.Simulation;

/// <summary>How long compute takes.</summary>
public sealed record ComputeOptions
{
    /// <summary>The duration of a piece of work in so many parts. Default: as given by kind below.</summary>
    public Func<ComputeKind, int, TimeSpan>? Duration { get; init; }

    /// <summary>Default 10 ms.</summary>
    public TimeSpan Shard { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Default 5 ms.</summary>
    public TimeSpan Evaluation { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Default 20 ms.</summary>
    public TimeSpan Checkpoint { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The most that is added to a duration, as a part of it, drawn evenly from 0 on; default 0.05.</summary>
    public double JitterFraction { get; init; } = 0.05;

    /// <summary>
    /// Counts what work does, such as samples that are read, for the thread that asks. Where set, the durations of
    /// shards and evaluations are those of one such unit. Default null.
    /// </summary>
    public Func<long>? Meter { get; init; }

    internal TimeSpan DurationOf(ComputeKind kind, int parts) => Duration?.Invoke(kind, parts) ?? kind switch
    {
        ComputeKind.Shard => Shard,
        ComputeKind.Evaluation => Evaluation,
        _ => Checkpoint,
    };
}
