using Distributed.Hosting.Telemetry;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Distributed.Cli.Telemetry;

/// <summary>OpenTelemetry's providers with exporters for one collector.</summary>
internal sealed class OpenTelemetryExport : IDisposable
{
    /// <summary>Between two exports of metrics, unless OTEL_METRIC_EXPORT_INTERVAL says otherwise.</summary>
    private const int MetricsEveryMilliseconds = 5000;

    /// <summary>For one request, and for the last of each signal.</summary>
    private const int SendMaxMilliseconds = 2000;

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    internal OpenTelemetryExport(Collector collector)
    {
        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, collector))
            .AddMeter(TelemetrySource.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                Aim(exporter, collector, "metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds ??= MetricsEveryMilliseconds;
            })
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, collector))
            .AddSource(TelemetrySource.Name)
            .AddOtlpExporter(exporter => Aim(exporter, collector, "traces"))
            .Build();
        // A worker ends with its parent, from within (ParentWatch); what it has measured by then is sent all the same.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    internal static void AddLogs(ILoggingBuilder logging, Collector collector) => logging.AddOpenTelemetry(options =>
    {
        var resource = ResourceBuilder.CreateDefault();
        Describe(resource, collector);
        options.IncludeFormattedMessage = true;
        options.SetResourceBuilder(resource);
        options.AddProcessor(new EventNumbers());
        var exporter = new OtlpExporterOptions();
        Aim(exporter, collector, "logs");
        var queue = new BatchLogRecordExportProcessor(new OtlpLogExporter(exporter));
        options.AddProcessor(queue);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => queue.ForceFlush(SendMaxMilliseconds);
    });

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        End();
        _metrics.Dispose();
        _traces.Dispose();
    }

    private void OnProcessExit(object? sender, EventArgs arguments) => End();

    private void End()
    {
        _metrics.Shutdown(SendMaxMilliseconds);
        _traces.Shutdown(SendMaxMilliseconds);
    }

    /// <summary>What the environment says of the resource wins over this.</summary>
    private static void Describe(ResourceBuilder resource, Collector collector) => resource
        .AddService("distributed", serviceVersion: Program.VersionNumber, serviceInstanceId: collector.Instance)
        .AddAttributes([new KeyValuePair<string, object>("distributed.role", collector.Role)])
        .AddEnvironmentVariableDetector();

    private static void Aim(OtlpExporterOptions exporter, Collector collector, string signal)
    {
        exporter.Endpoint = collector.UrlOf(signal);
        exporter.Protocol = collector.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.TimeoutMilliseconds = SendMaxMilliseconds;
    }

    /// <summary>Gives every log record its event's number, which the exporter itself leaves out.</summary>
    private sealed class EventNumbers : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data) =>
            data.Attributes = [.. data.Attributes ?? [], new("log.event.id", data.EventId.Id)];
    }
}
