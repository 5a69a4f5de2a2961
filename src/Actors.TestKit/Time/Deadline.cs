namespace Distributed.Actors.TestKit;

/// <summary>The end of a wait, on the machine's clock: bounds a test even while virtual time stands still.</summary>
internal readonly record struct Deadline(long EndTimestamp)
{
    /// <summary>The time left; zero when it has passed.</summary>
    internal TimeSpan Left
    {
        get
        {
            var left = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), EndTimestamp);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    internal bool HasPassed => Left == TimeSpan.Zero;

    internal static Deadline After(TimeSpan time) => new(
        TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency));

    internal static Deadline Earlier(Deadline one, Deadline? other) =>
        other is { } second && second.EndTimestamp < one.EndTimestamp ? second : one;
}
