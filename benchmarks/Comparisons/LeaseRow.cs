using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Leases as a row of a report.</summary>
internal static class LeaseRow
{
    /// <summary>What leases of so many seconds each come to, in samples per second.</summary>
    internal static Row Of(string what, Workload workload, int steps, IEnumerable<double> seconds)
    {
        var speeds = seconds.Select(lease => steps * workload.BatchSize / lease).ToList();
        return new Row(
            what, Statistics.Median(speeds), speeds.Max(), Statistics.Quantile(speeds, 0.01), "samples/s", null, null,
            null);
    }
}
