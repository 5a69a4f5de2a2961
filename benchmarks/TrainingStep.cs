using BenchmarkDotNet.Attributes;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks;

/// <summary>The steady-state step of a whole job in one process.</summary>
/// <remarks>
/// A run is a lease; what it allocates is its report, 12 bytes per step, and a few hundred bytes to hand the work to
/// the threads. <see cref="SteadyStep"/> and the comparison named allocations tell the two apart.
/// </remarks>
[MemoryDiagnoser]
public class TrainingStep : IDisposable
{
    private const int Steps = 200;

    private TrainingRun? _run;

    [Params("mlp", "seed")]
    public string Job { get; set; } = "mlp";

    [Params(1, 2)]
    public int Workers { get; set; } = 1;

    [GlobalSetup]
    public void Start()
    {
        _run = new TrainingRun(Jobs.Named(Job), Workers);
        using var alone = new TrainingRun(_run.Workload, 1);
        _run.Lease(8);
        alone.Lease(8);
        if (_run.Fingerprint != alone.Fingerprint)
        {
            throw new InvalidOperationException($"{Job}: {Workers} workers do not train the bits of one");
        }
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public void Lease() => _run!.Lease(Steps);

    [GlobalCleanup]
    public void Dispose()
    {
        _run?.Dispose();
        GC.SuppressFinalize(this);
    }
}
