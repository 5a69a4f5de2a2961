using System.Diagnostics.Metrics;
using Distributed.Cluster.Messages;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Distributed.Hosting.Telemetry;

/// <summary>What a worker measures, beside its data link.</summary>
internal sealed class WorkerInstruments
{
    private readonly Counter<long> _steps;
    private readonly Counter<long> _samples;
    private readonly Histogram<double> _compute;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _failures;
    private readonly Gauge<long> _generation;
    private readonly Gauge<int> _connected;
    private readonly Counter<long> _closures;

    internal WorkerInstruments(Meter meter)
    {
        _steps = meter.CreateCounter<long>("distributed.lease.steps", "{step}", "Steps of leases that are done.");
        _samples = meter.CreateCounter<long>(
            "distributed.lease.samples", "{sample}", "Samples of this worker's shards.");
        _compute = Durations.Create(meter, "distributed.lease.compute", "This worker's computing in a lease.");
        _wait = Durations.Create(meter, "distributed.lease.wait", "This worker's waiting for others in a lease.");
        _failures = meter.CreateCounter<long>(
            "distributed.lease.failures", "{failure}", "Plans that failed, by this worker or another one.");
        _generation = meter.CreateGauge<long>(
            "distributed.lease.generation", "1", "The membership that this worker takes part in.");
        _connected = meter.CreateGauge<int>(
            "distributed.control_link.connected", "1", "1 with a coordinator, 0 without, during a job.");
        _closures = meter.CreateCounter<long>(
            "distributed.control_link.losses", "{link}", "Links to the coordinator that ended by themselves.");
    }

    internal void Add(TrainDone done, Tag job)
    {
        _steps.Add(done.Steps.Count, job);
        _samples.Add(done.Timing.Samples, job);
        _compute.Record(done.Timing.Compute.TotalSeconds, job);
        _wait.Record(done.Timing.Wait.TotalSeconds, job);
    }

    internal void Add(WorkFailed failed, Tag job) =>
        _failures.Add(1, job, TagNames.Of(TagNames.ErrorType, failed.Own ? "own" : "other"));

    internal void SetGeneration(long generation, Tag job) => _generation.Record(generation, job);

    internal void SetConnected(bool connected, Tag job) => _connected.Record(connected ? 1 : 0, job);

    internal void AddLostLink(Tag job) => _closures.Add(1, job);
}
