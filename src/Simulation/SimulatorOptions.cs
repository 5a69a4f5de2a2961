namespace Distributed.Simulation;

/// <summary>What a simulation is like, apart from its seed.</summary>
public sealed record SimulatorOptions
{
    public NetworkOptions Network { get; init; } = new();

    public ComputeOptions Compute { get; init; } = new();

    public EventLogOptions Log { get; init; } = new();

    /// <summary>
    /// The longest turn of one actor, in messages; default 1, which lets the seed interleave every message. More is
    /// faster.
    /// </summary>
    public int SliceMessagesMax { get; init; } = 1;

    /// <summary>Slices and events of one instant before time counts as standing still; default 10 million.</summary>
    public long StepsPerInstantMax { get; init; } = 10_000_000;

    /// <remarks>Errors: ArgumentOutOfRangeException naming the option.</remarks>
    internal void Check()
    {
        Require(SliceMessagesMax >= 1, nameof(SliceMessagesMax), SliceMessagesMax, "choose 1 or more");
        Require(Log.LinesKept >= 1, nameof(Log.LinesKept), Log.LinesKept, "choose 1 or more");
        var network = Network;
        Require(network.Latency >= TimeSpan.Zero, nameof(network.Latency), network.Latency, "choose 0 or more");
        Require(network.Jitter >= TimeSpan.Zero, nameof(network.Jitter), network.Jitter, "choose 0 or more");
        Require(
            network.BandwidthBitsPerSecond is >= 1_000 and <= 8_000_000_000_000, nameof(network.BandwidthBitsPerSecond),
            network.BandwidthBitsPerSecond, "choose 1e3 to 8e12");
        Require(network.ByteScale > 0, nameof(network.ByteScale), network.ByteScale, "choose more than 0");
        Require(
            network.FrameHeaderBytes >= 0, nameof(network.FrameHeaderBytes), network.FrameHeaderBytes,
            "choose 0 or more");
        Require(
            network.FramesPerEvent >= 1, nameof(network.FramesPerEvent), network.FramesPerEvent, "choose 1 or more");
        Require(
            network.LossTimeout > TimeSpan.Zero, nameof(network.LossTimeout), network.LossTimeout,
            "choose more than 0");
        Require(
            network.ConnectTimeout > TimeSpan.Zero, nameof(network.ConnectTimeout), network.ConnectTimeout,
            "choose more than 0");
        Require(
            Compute.JitterFraction is >= 0 and <= 10, nameof(Compute.JitterFraction), Compute.JitterFraction,
            "choose 0 to 10");
    }

    private static void Require(bool holds, string name, object value, string instead)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} {value} is out of range: {instead}");
        }
    }
}
