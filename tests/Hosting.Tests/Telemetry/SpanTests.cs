using System.Diagnostics;
using Distributed.Hosting.Telemetry;

namespace Distributed.Hosting.Tests.Telemetry;

/// <summary>
/// Goal: a job is a trace that can be read. Method: a job of hand-made events on a clock moved by hand.
/// </summary>
public sealed class SpanTests
{
    [Fact]
    public void Coordinator_TracesAJob_WithEverySpanWhereItBelongs()
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        SampleJob.Lead(source, new MovedClock());
        var spans = recorder.Spans;
        string[] expected =
        [
            "lease 1.5 to 2 in generation 1", "evaluation 2 to 4 in generation 1",
            "checkpoint 4 to 7 in generation 1", "checkpoint 7 to 7 in generation 1", "generation 1 to 8 in job",
            "recovery 7.25 to 8 in job", "generation 8 to 9 in job", "job 0 to 9 in nothing",
        ];
        Assert.Equal(expected, spans.Select(span => Describe(span, spans)));
        Assert.Single(spans.Select(span => span.TraceId).Distinct());
        Assert.All(spans, span => Assert.Equal(SampleJob.Id, span.GetTagItem(TagNames.Job)));
        Assert.Equal("the disk is full", spans[3].StatusDescription);
        Assert.Equal(ActivityStatusCode.Error, spans[^1].Status);
        Assert.Equal("failed", spans[^1].GetTagItem(TagNames.Outcome));
    }

    [Fact]
    public void Worker_TracesAJob_WithItsGenerations()
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        SampleJob.TakePart(source, new MovedClock());
        var spans = recorder.Spans;
        Assert.Equal(
            ["worker.generation 0 to 2 in worker.job", "worker.job 0 to 2 in nothing"],
            spans.Select(span => Describe(span, spans)));
        Assert.Equal(3L, spans[0].GetTagItem(TagNames.Generation));
        Assert.Equal(1, spans[0].GetTagItem(TagNames.Rank));
    }

    [Fact]
    public void Spans_LeaveTheCallersOwnSpanAlone()
    {
        using var source = new TelemetrySource();
        using var recorder = new Recorder(source);
        using var caller = new Activity("caller").Start();
        SampleJob.Lead(source, new MovedClock());
        Assert.Same(caller, Activity.Current);
        Assert.All(recorder.Spans, span => Assert.NotEqual(caller.TraceId, span.TraceId));
    }

    [Fact]
    public void Job_Ends_AlsoWhereNobodyListens()
    {
        using var source = new TelemetrySource();
        SampleJob.Lead(source, new MovedClock());
        SampleJob.TakePart(source, new MovedClock());
        Assert.False(source.Spans.HasListeners());
    }

    private static string Describe(Activity span, IEnumerable<Activity> all)
    {
        var parent = all.FirstOrDefault(other => other.SpanId == span.ParentSpanId);
        var number = parent?.GetTagItem(TagNames.Generation) is { } generation ? $" {generation}" : "";
        var from = (span.StartTimeUtc - MovedClock.Start.UtcDateTime).TotalSeconds;
        // The library makes every span one tick long at least.
        var to = Math.Round(from + span.Duration.TotalSeconds, 3);
        return FormattableString.Invariant(
            $"{span.OperationName} {from} to {to} in {parent?.OperationName ?? "nothing"}{number}");
    }
}
