using System.Diagnostics.Metrics;
using Distributed.Cluster.Links.Tcp;

namespace Distributed.Hosting.Telemetry;

/// <summary>What goes over a process's data links; read from the link's own counts when somebody collects.</summary>
internal static class LinkInstruments
{
    internal static void Add(Meter meter, LinkTraffic traffic)
    {
        meter.CreateObservableCounter(
            "distributed.data_link.io", () => Both(traffic.BytesSent, traffic.BytesReceived), "By",
            "Bytes of frames, with their headers.");
        meter.CreateObservableCounter(
            "distributed.data_link.frames", () => Both(traffic.FramesSent, traffic.FramesReceived), "{frame}",
            "Frames, signs of life not counted.");
        meter.CreateObservableCounter(
            "distributed.data_link.losses", () => traffic.LinksLost, "{link}", "Links that ended by themselves.");
    }

    private static IEnumerable<Measurement<long>> Both(long sent, long received) =>
    [
        new(sent, TagNames.Of(TagNames.Direction, "transmit")),
        new(received, TagNames.Of(TagNames.Direction, "receive")),
    ];
}
