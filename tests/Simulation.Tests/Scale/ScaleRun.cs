using Distributed.Coordinator;
using Distributed.Simulation.Tests.Cluster;

namespace Distributed.Simulation.Tests.Scale;

/// <summary>One run of many workers, with all monitors, and what its clocks say.</summary>
/// <remarks>
/// Links: 25 Gb/s each way, 30 µs and up to 10 µs more. A shard takes 100 ms exactly, whatever the number of workers:
/// a worker's time for its part counts, not the cluster's for a batch. Nothing is logged.
/// </remarks>
internal sealed record ScaleRun
{
    internal static readonly TimeSpan ShardTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Virtual time by which the job must have ended.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);

    internal required SimulatedJob Job { get; init; }

    internal required int Workers { get; init; }

    internal IReadOnlyList<PlannedFault> Faults { get; init; } = [];

    /// <summary>Between checkpoints; default once a minute, which is after the end of most runs.</summary>
    internal TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Frames of a sender delivered together; default 1, which is exact. More is faster, and makes every frame wait for
    /// those that its sender sent shortly after it.
    /// </summary>
    internal int FramesPerEvent { get; init; } = 1;

    internal ulong Seed { get; init; } = 1;

    /// <remarks>Errors: SimulationException for a promise that was broken.</remarks>
    internal ScaleOutcome Run()
    {
        var (started, cpuBefore) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var simulator = new Simulator(Seed, Options());
        var monitors = new Monitors(Job);
        var cluster = new SimulatedCluster(
            simulator, Job, Workers, monitors, options => options with { CheckpointEvery = CheckpointEvery });
        var mischief = new Mischief(cluster, Faults);
        (monitors.Cluster, monitors.Mischief) = (cluster, mischief);
        var measure = new Measure(simulator, monitors);
        cluster.Start();
        simulator.RunUntil(() => monitors.End is not null, Bound);
        return new ScaleOutcome(
            this, monitors.End, measure.StepTime, mischief.FaultsMet, measure.Generations, measure.RolledBackSteps,
            simulator.Now, TimeProvider.System.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpuBefore);
    }

    private SimulatorOptions Options() => new()
    {
        Compute = new ComputeOptions { Shard = ShardTime, JitterFraction = 0 },
        Log = new EventLogOptions { IsOn = false },
        Network = new NetworkOptions
        {
            Latency = TimeSpan.FromMicroseconds(30),
            Jitter = TimeSpan.FromMicroseconds(10),
            BandwidthBitsPerSecond = 25_000_000_000,
            ByteScale = ScaleJobs.ByteScale(Job),
            FramesPerEvent = FramesPerEvent,
            LogsFrames = false,
        },
        SliceMessagesMax = 64,
    };

    /// <summary>Listens to the coordinator's events with the simulated clock in hand.</summary>
    private sealed class Measure
    {
        private readonly Simulator _simulator;
        private readonly Monitors _monitors;
        private (long Step, TimeSpan At)? _first;
        private (long Step, TimeSpan At) _last;

        internal Measure(Simulator simulator, Monitors monitors)
        {
            (_simulator, _monitors) = (simulator, monitors);
            monitors.Heard = OnEvent;
        }

        internal int Generations { get; private set; }

        internal long RolledBackSteps { get; private set; }

        /// <summary>
        /// From the first lease's end to the last one's, per step: all that a step costs counts, the coordinator's
        /// round trips too.
        /// </summary>
        internal TimeSpan StepTime => _first is { } first && _last.Step > first.Step
            ? (_last.At - first.At) / (_last.Step - first.Step)
            : TimeSpan.Zero;

        private void OnEvent(JobEvent happened)
        {
            switch (happened)
            {
                case StepsCommitted steps:
                    _monitors.Check();
                    _last = (steps.FirstStep + steps.Steps.Count, _simulator.Now);
                    _first ??= _last;
                    break;
                case MembersChanged:
                    Generations++;
                    break;
                case JobRolledBack back:
                    RolledBackSteps += back.FromStep - back.ToStep;
                    break;
            }
        }
    }
}

/// <summary>What became of a run.</summary>
/// <param name="End">Null where it did not end in time.</param>
/// <param name="StepTime">By the simulated clock, in the steady state.</param>
/// <param name="RealTime">By this machine's clock, without making the job and its truth.</param>
/// <param name="CpuTime">What the process took of it, all threads together.</param>
internal sealed record ScaleOutcome(
    ScaleRun Run, JobEnded? End, TimeSpan StepTime, int FaultsMet, int Generations, long RolledBackSteps,
    TimeSpan VirtualTime, TimeSpan RealTime, TimeSpan CpuTime)
{
    /// <summary>The part of a step's time that is compute.</summary>
    internal double Efficiency => ScaleRun.ShardTime / StepTime;

    public override string ToString() =>
        $"{Run.Workers} workers, {Run.Job.Shape.BucketsFor(Run.Workers)} buckets, {Run.Job.StepsTotal} steps: "
        + $"{StepTime.TotalMilliseconds:0.00} ms a step, efficiency {Efficiency:0.0 %}; {FaultsMet} faults met, "
        + $"{Generations} generations, {RolledBackSteps} steps rolled back; "
        + $"{VirtualTime.TotalSeconds:0.0} s simulated, {RealTime.TotalSeconds:0.0} s real, "
        + $"{CpuTime.TotalSeconds:0.0} s of a core";
}
