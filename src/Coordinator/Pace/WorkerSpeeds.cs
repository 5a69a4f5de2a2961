using Distributed.Cluster.Messages;

namespace Distributed.Coordinator.Pace;

/// <summary>How fast each worker computes, smoothed over its leases and known by its node.</summary>
/// <remarks>
/// Small differences are noise: they are averaged, the latest lease counting a fifth. A change by more than
/// <see cref="JumpFactor"/> in two leases running is none: the speed jumps to what both together show. With leases of
/// 8 steps at most, a worker that becomes slow in the middle of one is known after two more.
/// Units: samples per second of compute; waiting does not count.
/// </remarks>
public sealed class WorkerSpeeds
{
    /// <summary>More than noise of ±20 % between two leases, which is a factor of 1.5.</summary>
    public const double JumpFactor = 1.6;

    private const double LatestWeight = 0.2;

    private readonly Dictionary<string, Smoothed> _speeds = [];

    /// <summary>Null where nothing is known.</summary>
    public double? Of(string node) => _speeds.TryGetValue(node, out var known) ? known.Speed : null;

    /// <summary>Takes a worker's report; one without samples or time says nothing.</summary>
    public void Add(string node, in WorkTiming timing)
    {
        if (timing.Samples <= 0 || timing.Compute <= TimeSpan.Zero)
        {
            return;
        }

        var latest = timing.Samples / timing.Compute.TotalSeconds;
        _speeds[node] = _speeds.TryGetValue(node, out var before) ? before.With(latest) : new Smoothed(latest, null);
    }

    /// <summary>Forgets all but these.</summary>
    public void Keep(IReadOnlyCollection<string> nodes)
    {
        foreach (var gone in _speeds.Keys.Except(nodes).ToList())
        {
            _speeds.Remove(gone);
        }
    }

    /// <param name="Outlier">The latest measurement, where it was too far off to be noise.</param>
    private sealed record Smoothed(double Speed, double? Outlier)
    {
        internal Smoothed With(double latest)
        {
            var jump = latest > Speed * JumpFactor ? 1 : latest < Speed / JumpFactor ? -1 : 0;
            if (jump == 0)
            {
                return new Smoothed(Speed + (LatestWeight * (latest - Speed)), null);
            }

            return Outlier is { } before && before > Speed == jump > 0
                ? new Smoothed((before + latest) / 2, null)
                : new Smoothed(Speed, latest);
        }
    }
}
