using Distributed.Benchmarks.Measuring;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Rates of training as a row of a report.</summary>
internal static class LeaseRow
{
    /// <summary>Samples per second, several times measured.</summary>
    internal static Row Of(string what, IReadOnlyCollection<double> rates) => new(
        what, Statistics.Median(rates), rates.Max(), Statistics.Quantile(rates, 0.01), "samples/s", null, null, null);
}
