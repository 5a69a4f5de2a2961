namespace Distributed.Measuring.Jobs;

/// <summary>What several workers make of a job.</summary>
/// <param name="Workers">Compute threads in one process.</param>
/// <param name="Rates">Samples per second of each lease.</param>
/// <param name="Apart">
/// The same of as many jobs of one worker that share nothing, all together; see <see cref="SeparateRuns"/>. One job is
/// what one worker does.
/// </param>
/// <param name="One">Samples per second of one worker's best lease.</param>
/// <param name="OperationsPerSample">Multiplications and additions in its products, all passes together.</param>
public sealed record ScalingPoint(
    int Workers, IReadOnlyList<double> Rates, IReadOnlyList<double> Apart, double One, double OperationsPerSample)
{
    /// <summary>To one worker: the best of either.</summary>
    public double Ratio => Best / One;

    /// <summary>The same of the jobs that share nothing: what the machine lets so many workers reach.</summary>
    public double ApartRatio => Apart.Max() / One;

    /// <summary>Samples per second of the best lease, the least disturbed.</summary>
    public double Best => Rates.Max();

    /// <summary>Multiplications and additions per second in products, all workers together.</summary>
    public double OperationsPerSecond => Best * OperationsPerSample;
}

/// <summary>The same job on one, two and more workers, in turns with as many jobs apart.</summary>
public static class WorkerScaling
{
    private const int StepsCompared = 8;

    /// <summary>1, 2, 4, … and the most that there may be.</summary>
    public static IReadOnlyList<int> Counts(int most) =>
        [.. Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(count => count < most), Math.Max(most, 1)];

    /// <summary>
    /// Checks that any number of workers trains the same bits, and times them, and as many jobs apart, in turns.
    /// </summary>
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
        var several = counts.Where(count => count > 1).ToList();
        using var separate = new SeparateRuns(workload, several.Append(0).Max(), microbatchSize);
        var runs = new List<TrainingRun>();
        try
        {
            runs.AddRange(counts.Select(count => new TrainingRun(workload, count, microbatchSize)));
            CheckSameBits(runs);
            several.ForEach(count => separate.Lease(count, StepsCompared));
            var steps = Leases.StepsFor(runs[0].Lease, length);
            var seconds = Alternating.Run(
                rounds,
                [
                    .. runs.Select(run => (Func<double>)(() => run.Lease(steps).TotalSeconds)),
                    .. several.Select(count => (Func<double>)(() => separate.Lease(count, steps).TotalSeconds)),
                ]);
            double[][] rates = [.. seconds.Select(way => way.Select(s => steps * workload.BatchSize / s).ToArray())];
            var apart = several.Zip(rates.Skip(counts.Count)).ToDictionary();
            var one = rates[counts.Index().Single(count => count.Item == 1).Index].Max();
            return [.. counts.Select((count, i) => new ScalingPoint(
                count, rates[i], apart.GetValueOrDefault(count, rates[i]), one,
                runs[i].OperationsPerStep / workload.BatchSize))];
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
