using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;
using Distributed.Simulation.Tests.Cluster;

namespace Distributed.Simulation.Tests.Scale;

/// <summary>Small real models that the simulated links weigh as one of 100 MB.</summary>
/// <remarks>
/// 8,192 parameters are 32 buckets of 256: every one of 256 workers owns the same of each, so that no owner is busier
/// than the others. 256 micro-batches are one for each of 256 workers.
/// </remarks>
internal static class ScaleJobs
{
    internal const int Microbatches = 256;

    /// <summary>What the parameters weigh on the wire.</summary>
    private const double WireBytes = 100e6;

    private const int Features = 61;
    private const int Classes = 3;
    private const int Hidden = 128;

    internal static SimulatedJob Make(int buckets, int epochs, int stepsPerEpoch) => new(
        $"scale, {buckets} buckets",
        new Sequential
        {
            new Linear(Features, Hidden, bias: false), new ReLU(), new Linear(Hidden, Classes, bias: false),
        },
        new Momentum(0.05f), Microbatches * stepsPerEpoch, batchSize: Microbatches, microbatchSize: 1, epochs, buckets,
        Features);

    /// <summary>Bytes on the wire per byte of the job's floats.</summary>
    internal static double ByteScale(SimulatedJob job) => WireBytes / (sizeof(float) * (double)job.Shape.Length);
}
