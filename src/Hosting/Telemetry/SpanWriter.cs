using System.Diagnostics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Distributed.Hosting.Telemetry;

/// <summary>Begins and ends the spans of one job. Safe for threads.</summary>
/// <remarks>
/// Spans are made of events, after the fact and on whichever thread tells them, so none of them ever becomes
/// Activity.Current: what is called meanwhile is not its child.
/// </remarks>
internal sealed class SpanWriter(ActivitySource source, TimeProvider clock, string job)
{
    /// <summary>Begins a span that began so long ago; null while nobody listens.</summary>
    internal Activity? Begin(string name, Activity? parent, TimeSpan ago, params ReadOnlySpan<Tag> tags)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        var before = Activity.Current;
        Activity.Current = null; // else a parent where none is wanted
        try
        {
            Tag[] all = [TagNames.Of(TagNames.Job, job), .. tags];
            return source.StartActivity(
                name, ActivityKind.Internal, parent?.Context ?? default, all, startTime: clock.GetUtcNow() - ago);
        }
        finally
        {
            Activity.Current = before;
        }
    }

    /// <param name="error">What went wrong, as one line.</param>
    internal void End(Activity? span, string? error = null)
    {
        if (span is null)
        {
            return;
        }

        if (error is not null)
        {
            span.SetStatus(ActivityStatusCode.Error, error);
        }

        var before = Activity.Current;
        span.SetEndTime(clock.GetUtcNow().UtcDateTime);
        span.Stop();
        Activity.Current = before;
    }

    /// <summary>A span that is over already.</summary>
    internal void Add(string name, Activity? parent, TimeSpan took, params ReadOnlySpan<Tag> tags) =>
        End(Begin(name, parent, took, tags));
}
