using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Distributed.Hosting.Telemetry;

/// <summary>
/// Where a process's measurements and spans come from. Costs next to nothing while nobody listens.
/// docs/observability.md lists them all.
/// </summary>
public sealed class TelemetrySource : IDisposable
{
    /// <summary>What a listener asks for: the meter and the source of spans have the same name.</summary>
    public const string Name = "Distributed";

    internal Meter Meter { get; } = new(Name);

    internal ActivitySource Spans { get; } = new(Name);

    public void Dispose()
    {
        Meter.Dispose();
        Spans.Dispose();
    }
}
