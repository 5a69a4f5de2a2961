namespace Distributed.Hosting.Tests.Telemetry;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class MovedClock : TimeProvider
{
    internal static readonly DateTimeOffset Start = new(2026, 1, 31, 17, 45, 0, TimeSpan.Zero);

    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + _passed;

    internal void Move(double seconds) => _passed += TimeSpan.FromSeconds(seconds);
}
