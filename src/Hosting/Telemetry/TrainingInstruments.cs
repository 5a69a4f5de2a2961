using System.Diagnostics.Metrics;
using Distributed.Coordinator;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Distributed.Hosting.Telemetry;

/// <summary>How training goes on: steps, their time, where workers spent it, losses.</summary>
internal sealed class TrainingInstruments
{
    private readonly Counter<long> _steps;
    private readonly Counter<long> _samples;
    private readonly Histogram<double> _stepDuration;
    private readonly Gauge<double> _loss;
    private readonly Gauge<double> _accuracy;
    private readonly Histogram<double> _compute;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _epochs;
    private readonly Gauge<double> _epochLoss;
    private readonly Gauge<double> _epochAccuracy;

    internal TrainingInstruments(Meter meter)
    {
        _steps = meter.CreateCounter<long>("distributed.steps", "{step}", "Steps that were committed.");
        _samples = meter.CreateCounter<long>("distributed.samples", "{sample}", "Samples of committed steps.");
        _stepDuration = Durations.Create(
            meter, "distributed.step.duration", "Of every committed step, the mean of its lease.");
        _loss = meter.CreateGauge<double>("distributed.train.loss", "1", "Mean over the last lease's samples.");
        _accuracy = meter.CreateGauge<double>("distributed.train.accuracy", "1", "Mean over the last lease's samples.");
        _compute = Durations.Create(meter, "distributed.worker.compute", "A worker's computing in a lease.");
        _wait = Durations.Create(meter, "distributed.worker.wait", "A worker's waiting for others in a lease.");
        _epochs = meter.CreateCounter<long>("distributed.epochs", "{epoch}", "Epochs that are over and evaluated.");
        _epochLoss = meter.CreateGauge<double>("distributed.epoch.loss", "1", "Of the last epoch.");
        _epochAccuracy = meter.CreateGauge<double>("distributed.epoch.accuracy", "1", "Of the last epoch.");
    }

    internal void Observe(JobEvent happened, Tag job, bool countsHits)
    {
        switch (happened)
        {
            case StepsCommitted { Steps.Count: > 0 } lease:
                Add(lease, job, countsHits);
                break;
            case EpochCompleted epoch:
                _epochs.Add(1, job);
                Record(epoch.TrainLoss, epoch.TrainAccuracy, "train", job);
                Record(epoch.TestLoss, epoch.TestAccuracy, "test", job);
                break;
        }
    }

    private void Add(StepsCommitted lease, Tag job, bool countsHits)
    {
        var samples = lease.Steps.Sum(step => (long)step.Samples);
        _steps.Add(lease.Steps.Count, job);
        _samples.Add(samples, job);
        _loss.Record(lease.Steps.Sum(step => (double)step.Loss) / samples, job);
        if (countsHits)
        {
            _accuracy.Record(lease.Steps.Sum(step => (double)step.Hits) / samples, job);
        }

        // Steps that were recovered after a fault took nobody's time in this lease.
        for (var i = 0; i < lease.Steps.Count && lease.Workers.Count > 0; i++)
        {
            _stepDuration.Record(lease.Elapsed.TotalSeconds / lease.Steps.Count, job);
        }

        for (var rank = 0; rank < Math.Min(lease.Workers.Count, lease.Shares.Count); rank++)
        {
            var worker = TagNames.Of(TagNames.Worker, lease.Shares[rank].Name);
            _compute.Record(lease.Workers[rank].Compute.TotalSeconds, job, worker);
            _wait.Record(lease.Workers[rank].Wait.TotalSeconds, job, worker);
        }
    }

    private void Record(double? loss, double? accuracy, string part, Tag job)
    {
        if (loss is { } value)
        {
            _epochLoss.Record(value, job, TagNames.Of(TagNames.Part, part));
        }

        if (accuracy is { } share)
        {
            _epochAccuracy.Record(share, job, TagNames.Of(TagNames.Part, part));
        }
    }
}
