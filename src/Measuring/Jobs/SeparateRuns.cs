namespace Distributed.Measuring.Jobs;

/// <summary>
/// Jobs of one worker each that run at the same time and share nothing: what a machine lets as many workers reach at
/// most, as if they had nothing to tell each other.
/// </summary>
public sealed class SeparateRuns : IDisposable
{
    private readonly TrainingRun[] _runs;

    /// <summary>So many jobs that have not done a step yet.</summary>
    /// <remarks>Errors: UserErrorException for a model that is unknown or does not fit the samples.</remarks>
    public SeparateRuns(Workload workload, int count, int microbatchSize) =>
        _runs = [.. Enumerable.Range(0, count).Select(_ => new TrainingRun(workload, 1, microbatchSize))];

    /// <summary>Shares so many steps among the first jobs, each of which runs its own at its own speed.</summary>
    /// <returns>How long so many steps take if these speeds are added up: none waits for a slower core.</returns>
    public TimeSpan Lease(int count, int steps)
    {
        var each = (steps + count - 1) / count;
        var leases = Task.WhenAll(_runs.Take(count).Select(run => run.Start(each))).GetAwaiter().GetResult();
        return TimeSpan.FromSeconds(steps / leases.Sum(lease => each / lease.TotalSeconds));
    }

    public void Dispose() => Array.ForEach(_runs, run => run.Dispose());
}
