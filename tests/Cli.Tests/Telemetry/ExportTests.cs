using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Distributed.Cli.Telemetry;
using Distributed.Hosting.Telemetry;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Tests.Telemetry;

/// <summary>
/// Goal: what is measured reaches a collector, and one that is away disturbs nobody. Method: collectors on loopback
/// that keep, refuse or swallow what they are sent.
/// </summary>
public sealed class ExportTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    private static readonly Action<ILogger, string, Exception?> Looking = LoggerMessage.Define<string>(
        LogLevel.Information, new EventId(5101, nameof(Looking)), "looking for {Whom}");

    [Fact]
    public void Exporters_SendMetricsSpansAndLogs_OverHttp()
    {
        using var collector = new TestCollector();
        var error = Measure(collector.Url);
        Assert.Contains("looking for the coordinator [5101]", error);
        Assert.All(collector.Requests, request => Assert.Equal("application/x-protobuf", request.Type));
        var metrics = collector.Bodies("/v1/metrics");
        Assert.Contains("distributed.steps", metrics);
        Assert.Contains("service.instance.id", metrics);
        Assert.Contains("worker-3", metrics);
        Assert.Contains("generation", collector.Bodies("/v1/traces"));
        Assert.Contains("looking for the coordinator", collector.Bodies("/v1/logs"));
        Assert.Contains("log.event.id", collector.Bodies("/v1/logs"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exporters_DisturbNobody_WhereTheCollectorIsAwayOrSilent(bool listens)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        if (!listens)
        {
            silent.Stop();
        }

        var error = await Task.Run(() => Measure(url)).WaitAsync(Ample);
        Assert.Equal(1, error.Split('\n').Count(line => line.Length > 0));
    }

    [Fact]
    public void Start_DoesNothing_WithoutACollector() => Assert.Null(Exporters.Start(null));

    /// <summary>Measures more spans than a queue holds, and returns what was written to standard error.</summary>
    private static string Measure(Uri url)
    {
        using var error = new StringWriter();
        var host = new CliHost { Out = TextWriter.Null, Error = error, WorkingDirectory = "." };
        var collector = Collector.Find(url.AbsoluteUri, "worker", "worker-3", host);
        using (var logs = HostLogs.Create(host, collector))
        using (var meter = new Meter(TelemetrySource.Name))
        using (var source = new ActivitySource(TelemetrySource.Name))
        using (Exporters.Start(collector))
        {
            var steps = meter.CreateCounter<long>("distributed.steps", "{step}", "Steps that were committed.");
            for (var i = 0; i < 5000; i++)
            {
                steps.Add(1);
                source.StartActivity("generation")?.Dispose();
            }

            Looking(logs.CreateLogger("test"), "the coordinator", null);
        }

        return error.ToString();
    }
}
