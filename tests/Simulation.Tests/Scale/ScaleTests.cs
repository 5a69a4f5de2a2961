using System.Globalization;
using Distributed.Coordinator;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests.Scale;

/// <summary>
/// Goal: the protocol carries hundreds of workers, through faults and without waste. Method: the shipping actors on
/// simulated links; small sizes in the suite, real ones where SIMULATION_SCALE=1.
/// </summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    private static readonly bool IsReal = Environment.GetEnvironmentVariable("SIMULATION_SCALE") == "1";

    /// <summary>Without faults: compute as a share of a step, by the simulated clock.</summary>
    [Fact]
    public void Steps_AreMostlyCompute_WhateverTheNumberOfWorkers()
    {
        var buckets = Number("SIMULATION_BUCKETS") ?? (IsReal ? 32 : 4);
        var job = ScaleJobs.Make(buckets, epochs: 1, Number("SIMULATION_STEPS") ?? 12);
        int[] sizes = Number("SIMULATION_WORKERS") is { } one ? [one] : IsReal ? [2, 8, 64, 256] : [2, 8];
        foreach (var workers in sizes)
        {
            var outcome = new ScaleRun { Job = job, Workers = workers }.Run();
            output.WriteLine($"{outcome}");
            Assert.IsType<JobDone>(outcome.End);
            Assert.InRange(outcome.Efficiency, IsReal ? 0.9 : 0.5, 1);
        }
    }

    [Fact]
    public void Job_EndsWithTheTrueFingerprint_ThroughAFaultEveryTenSteps()
    {
        var (workers, epochs) = IsReal ? (256, 4) : (32, 1);
        workers = Number("SIMULATION_WORKERS") ?? workers;
        var job = ScaleJobs.Make(
            Number("SIMULATION_BUCKETS") ?? 4, epochs, (Number("SIMULATION_STEPS") ?? (IsReal ? 200 : 40)) / epochs);
        var seed = (ulong)(Number("SIMULATION_SEED") ?? 1);
        var outcome = new ScaleRun
        {
            Job = job,
            Workers = workers,
            Faults = ScaleFaults.Draw(seed, job.StepsTotal, every: 10),
            CheckpointEvery = TimeSpan.FromSeconds(5),
            FramesPerEvent = 64,
            Seed = seed,
        }.Run();
        output.WriteLine($"{outcome}");
        Assert.Equal(job.Fingerprint, Assert.IsType<JobDone>(outcome.End).Fingerprint);
        Assert.True(outcome.FaultsMet >= (job.StepsTotal / 10) - 1, $"{outcome.FaultsMet} faults met");
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? int.Parse(value, CultureInfo.InvariantCulture)
            : null;
}
