using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Distributed.Cluster.Links.Tcp;
using Distributed.Hosting.Telemetry;

namespace Distributed.Hosting.Tests.Telemetry;

/// <summary>
/// Goal: docs/observability.md lists what there is, no more and no less. Method: its tables are compared with what a
/// job, in which everything happens, measures.
/// </summary>
public sealed class DocumentTests
{
    [Fact]
    public void Document_ListsTheInstruments()
    {
        using var source = new TelemetrySource();
        using var recorder = Measure(source);
        var attributes = recorder.Measured.ToLookup(
            measured => measured.Instrument.Name, measured => measured.Tags.Select(tag => tag.Key));
        var expected = recorder.Instruments.Select(instrument =>
            $"| `{instrument.Name}` | {Kind(instrument)} | {instrument.Unit} "
            + $"| {List(attributes[instrument.Name].SelectMany(names => names))} | {instrument.Description} |");
        Assert.Equal(Sorted(expected), Sorted(Rows("## Metrics")));
    }

    [Fact]
    public void Document_ListsTheSpans()
    {
        using var source = new TelemetrySource();
        using var recorder = Measure(source);
        var spans = recorder.Spans;
        var expected = spans.GroupBy(span => span.OperationName).Select(same =>
        {
            var parent = spans.FirstOrDefault(span => span.SpanId == same.First().ParentSpanId);
            return $"| `{same.Key}` | {(parent is null ? "" : $"`{parent.OperationName}`")} "
                + $"| {List(same.SelectMany(span => span.TagObjects).Select(tag => tag.Key))} |";
        });
        var rows = Rows("## Traces").Select(row => row[..(row.TrimEnd('|').LastIndexOf('|') + 1)]);
        Assert.Equal(Sorted(expected), Sorted(rows));
    }

    private static Recorder Measure(TelemetrySource source)
    {
        var recorder = new Recorder(source);
        LinkInstruments.Add(source.Meter, new LinkTraffic());
        SampleJob.Lead(source, new MovedClock());
        SampleJob.TakePart(source, new MovedClock());
        recorder.Collect();
        return recorder;
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Gauge" => "gauge",
        "Histogram" => "histogram",
        var other => throw new InvalidOperationException($"{other} has no word in the document"),
    };

    private static string List(IEnumerable<string> names) =>
        string.Join(", ", names.Distinct().Select(name => $"`{name}`"));

    private static IEnumerable<string> Sorted(IEnumerable<string> rows) => rows.Order(StringComparer.Ordinal);

    /// <summary>Rows of the first table after a heading, without its own heading.</summary>
    private static IEnumerable<string> Rows(string heading) =>
        File.ReadLines(Path.GetFullPath(Path.Combine(ThisFile(), "../../../../docs/observability.md")))
            .SkipWhile(line => line != heading).SkipWhile(line => !line.StartsWith('|')).Skip(2)
            .TakeWhile(line => line.StartsWith('|'));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
