using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Distributed.Hosting.Telemetry;

namespace Distributed.Hosting.Tests.Telemetry;

/// <summary>Keeps all that one source measures, and its spans as they end.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _spans;

    internal Recorder(TelemetrySource source)
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == source.Meter)
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.Start();
        _spans = new ActivityListener
        {
            ShouldListenTo = spans => spans == source.Spans,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_spans);
    }

    internal List<Instrument> Instruments { get; } = [];

    /// <summary>In the order they came.</summary>
    internal List<Measurement> Measured { get; } = [];

    /// <summary>In the order they ended.</summary>
    internal List<Activity> Spans { get; } = [];

    /// <summary>What an instrument was given, with attributes other than the job's id.</summary>
    internal string[] Of(string instrument) =>
        [.. Measured.Where(measured => measured.Instrument.Name == instrument).Select(measured => measured.ToString())];

    /// <summary>Asks those that are asked.</summary>
    internal void Collect() => _meters.RecordObservableInstruments();

    public void Dispose()
    {
        _meters.Dispose();
        _spans.Dispose();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            Measured.Add(new Measurement(instrument, value, tags.ToArray()));
        }
    }

    private void Add(Activity span)
    {
        lock (_gate)
        {
            Spans.Add(span);
        }
    }

    internal sealed record Measurement(Instrument Instrument, double Value, KeyValuePair<string, object?>[] Tags)
    {
        public override string ToString() => string.Join(
            ' ', Tags.Where(tag => tag.Key != TagNames.Job).Select(tag => $"{tag.Value}")
                .Prepend(Value.ToString("0.####", CultureInfo.InvariantCulture)));
    }
}
