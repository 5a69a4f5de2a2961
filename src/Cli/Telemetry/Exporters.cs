using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Telemetry;

/// <summary>Sends what is measured to a collector, where there is one.</summary>
/// <remarks>
/// A collector that is slow or away costs nothing but what it misses: queues are bounded and drop, sending has threads
/// of its own, and the end of the process waits for it a few seconds at most.
/// </remarks>
internal static class Exporters
{
    /// <summary>Sends metrics and spans until it is disposed, which sends the last of them.</summary>
    /// <returns>Null where there is no collector.</returns>
    internal static IDisposable? Start(Collector? collector) => collector is null ? null : Create(collector);

    // Apart, as is AddLogs, so that the libraries are loaded only where they are used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void AddLogs(ILoggingBuilder logging, Collector collector) =>
        OpenTelemetryExport.AddLogs(logging, collector);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IDisposable Create(Collector collector) => new OpenTelemetryExport(collector);
}
