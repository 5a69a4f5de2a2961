using Distributed.Engine.Jobs;

namespace Distributed.Cli.Settings;

/// <summary>A job, and by how many workers it is to be done.</summary>
/// <param name="Job">What decides the bits.</param>
/// <param name="Workers">Null for the default: one per core, but never more than have something to do.</param>
internal sealed record TrainRequest(Job Job, int? Workers)
{
    internal static TrainRequest Default { get; } = new(new Job(), null);

    /// <summary>The number of workers on a machine of so many cores. The job must have been checked.</summary>
    internal int WorkersOn(int cores) => Workers ?? Math.Clamp(Math.Min(cores, Job.Microbatches), 1, 1024);
}
