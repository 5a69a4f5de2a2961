using Distributed.Cluster.Links;
using Microsoft.Extensions.Logging;

namespace Distributed.Hosting;

/// <summary>How a coordinator runs a job; nothing of it changes the result.</summary>
public sealed record ClusterJobOptions
{
    /// <summary>Workers to wait for before the first plan; default 1.</summary>
    public int WorkersMin { get; init; } = 1;

    /// <summary>How long to wait for enough workers, before the job fails; default 10 min, null for ever.</summary>
    public TimeSpan? GatherBound { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The program's name and version, for checkpoints.</summary>
    public required string WrittenBy { get; init; }

    /// <summary>How silent links are noticed.</summary>
    public LinkOptions Links { get; init; } = new();

    /// <summary>Takes what actors log; default nobody.</summary>
    public ILoggerFactory? Logs { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
