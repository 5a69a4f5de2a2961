using System.Diagnostics;

namespace Distributed.Measuring;

/// <summary>Time between two readings of the clock.</summary>
internal static class Ticks
{
    /// <summary>Seconds from one timestamp to another, never 0: what takes less than a tick takes one.</summary>
    /// <remarks>A TimeSpan would be coarser than most clocks are.</remarks>
    internal static double Seconds(long from, long to) => Math.Max(1, to - from) / (double)Stopwatch.Frequency;

    /// <summary>Seconds from a timestamp until now, never 0.</summary>
    internal static double Since(long from) => Seconds(from, Stopwatch.GetTimestamp());
}
