using Distributed.Benchmarks.Jobs;
using Distributed.Benchmarks.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Leases of about a given length.</summary>
internal static class Leases
{
    /// <summary>Warms a run up and says how many of its steps take so long.</summary>
    internal static int StepsFor(TrainingRun run, TimeSpan length)
    {
        var steps = 4;
        while (true)
        {
            var took = run.Lease(steps);
            if (took * 2 >= length || steps >= 1 << 14)
            {
                return Math.Clamp((int)Math.Ceiling(steps * (length / took)), 1, 1 << 14);
            }

            steps *= 2;
        }
    }

    /// <summary>What leases of so many seconds each come to, in samples per second.</summary>
    internal static Row Row(string what, Workload workload, int steps, IEnumerable<double> seconds)
    {
        var speeds = seconds.Select(lease => steps * workload.BatchSize / lease).ToList();
        return new Row(
            what, Statistics.Median(speeds), speeds.Max(), Statistics.Quantile(speeds, 0.01), "samples/s", null, null,
            null);
    }
}
