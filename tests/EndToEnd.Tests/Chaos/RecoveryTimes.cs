using System.Globalization;

namespace Distributed.EndToEnd.Tests.Chaos;

/// <summary>Seconds from noticing a fault to the next committed step, by what was hit.</summary>
internal sealed class RecoveryTimes
{
    internal List<double> OfWorkers { get; } = [];

    internal List<double> OfCoordinators { get; } = [];

    internal List<double> OfSeveral { get; } = [];

    public override string ToString() =>
        $"recovery after a worker {Of(OfWorkers)}, after the coordinator {Of(OfCoordinators)}, after several at once "
        + Of(OfSeveral);

    private static string Of(List<double> seconds) => seconds.Count == 0
        ? "not seen"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"median {Median(seconds):0.000} s (longest {seconds.Max():0.000} s, of {seconds.Count})");

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);
}
