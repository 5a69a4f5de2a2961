namespace Distributed.Simulation;

/// <summary>Virtual time is counted in whole nanoseconds, and on the wire in picoseconds.</summary>
internal static class Nanoseconds
{
    internal const long PerSecond = 1_000_000_000;

    /// <summary>Picoseconds in a nanosecond.</summary>
    internal const long Picoseconds = 1000;

    internal static long From(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    internal static TimeSpan ToTimeSpan(long ns) => TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);

    /// <summary>The first whole nanosecond that is not before the time.</summary>
    internal static long AtOrAfter(long ps) => (ps + Picoseconds - 1) / Picoseconds;
}
