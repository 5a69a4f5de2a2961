namespace Distributed.Actors.TestKit;

/// <summary>The end of a wait, on the machine's clock: bounds a test even while virtual time stands still.</summary>
internal readonly record struct Deadline(long EndTimestamp)
{
    /// <summary>The time left, in whole milliseconds rounded up; zero when it has passed.</summary>
    /// <remarks>Monitors round down, which would spin through the last fraction of a millisecond.</remarks>
    internal TimeSpan Left
    {
        get
        {
            var left = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), EndTimestamp);
            return left > TimeSpan.Zero
                ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds))
                : TimeSpan.Zero;
        }
    }

    internal static Deadline After(TimeSpan time) => new(
        TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency));

    internal static Deadline Earlier(Deadline one, Deadline? other) =>
        other is { } second && second.EndTimestamp < one.EndTimestamp ? second : one;
}
