using Distributed.Engine.Data;
using Distributed.Engine.Randomness;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>Random points; the class of each is the place of the largest of its first three features.</summary>
internal sealed class PointCloud(int count, int features) : DataSet(
    "points", count, [features], TaskKind.Classification, 3)
{
    private readonly CounterRandom _random = new(11, RandomPurpose.Example);

    [ThreadStatic]
    private static long _samplesRead;

    /// <summary>Samples that this thread has read, of any cloud. A simulation runs in one thread.</summary>
    internal static long SamplesRead => _samplesRead;

    public override void ReadFeatures(int sample, Span<float> destination) =>
        _random.FillUniform(destination, (ulong)sample * (ulong)FeatureCount, -1, 1);

    public override void ReadTarget(int sample, Span<float> destination)
    {
        _samplesRead++;
        Span<float> point = stackalloc float[3];
        _random.FillUniform(point, (ulong)sample * (ulong)FeatureCount, -1, 1);
        destination[0] = point.IndexOf(Math.Max(point[0], Math.Max(point[1], point[2])));
    }

    protected override string ComputeContentHash() => "points";
}
