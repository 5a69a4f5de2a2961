namespace Distributed.Measuring.Jobs;

/// <summary>What several workers make of a job.</summary>
/// <param name="Workers">Compute threads in one process.</param>
/// <param name="Rates">Samples per second of each lease.</param>
/// <param name="Ratio">To one worker: the best of either.</param>
/// <param name="OperationsPerSample">Multiplications and additions in its products, all passes together.</param>
public sealed record ScalingPoint(
    int Workers, IReadOnlyList<double> Rates, double Ratio, double OperationsPerSample)
{
    /// <summary>Samples per second of the best lease, the least disturbed.</summary>
    public double Best => Rates.Max();

    /// <summary>Multiplications and additions per second in products, all workers together.</summary>
    public double OperationsPerSecond => Best * OperationsPerSample;
}

/// <summary>The same job on one, two and more workers, in turns.</summary>
public static class WorkerScaling
{
    private const int StepsCompared = 8;

    /// <summary>1, 2, 4, … and the most that there may be.</summary>
    public static IReadOnlyList<int> Counts(int most) =>
        [.. Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(count => count < most), Math.Max(most, 1)];

    /// <summary>Checks that any number of workers trains the same bits, and times them in turns.</summary>
    /// <param name="counts">How many workers, in any order; one of them is 1.</param>
    /// <param name="microbatchSize">Samples that stay together; there are at least as many of them as workers.</param>
    /// <param name="rounds">Leases of each.</param>
    /// <param name="length">Of a lease of one worker, about.</param>
    /// <remarks>
    /// Errors: UserErrorException for a model that is unknown or does not fit the samples; InvalidOperationException
    /// where bits differ, which is a defect.
    /// </remarks>
    public static IReadOnlyList<ScalingPoint> Measure(
        Workload workload, IReadOnlyList<int> counts, int microbatchSize, int rounds, TimeSpan length)
    {
        var runs = new List<TrainingRun>();
        try
        {
            runs.AddRange(counts.Select(count => new TrainingRun(workload, count, microbatchSize)));
            CheckSameBits(runs);
            var steps = Leases.StepsFor(runs[0], length);
            var seconds = Alternating.Run(
                rounds, TimeSpan.Zero, [.. runs.Select(run => (Action)(() => run.Lease(steps)))]);
            var one = seconds[counts.Index().Single(count => count.Item == 1).Index].Min();
            return [.. runs.Zip(counts, seconds).Select(point => new ScalingPoint(
                point.Second,
                [.. point.Third.Select(lease => steps * workload.BatchSize / lease)],
                one / point.Third.Min(),
                point.First.OperationsPerStep / workload.BatchSize))];
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private static void CheckSameBits(List<TrainingRun> runs)
    {
        runs.ForEach(run => run.Lease(StepsCompared));
        if (runs.Select(run => run.Fingerprint).Distinct().Count() > 1)
        {
            throw new InvalidOperationException(
                $"{runs[0].Workload.Name}: workers do not train the same bits: this is a defect, please report it");
        }
    }
}
