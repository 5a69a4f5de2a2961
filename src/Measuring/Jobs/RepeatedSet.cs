using Distributed.Engine.Data;
using Distributed.Engine.Randomness;

namespace Distributed.Measuring.Jobs;

/// <summary>Random samples in memory, repeated until there are as many as an endless epoch needs.</summary>
/// <remarks>
/// Features are uniform in [−1, 1), labels are uniform too: what a step costs does not depend on what it learns.
/// Units: samples. Few enough are stored that building them takes no time, and too many for the near caches.
/// </remarks>
internal sealed class RepeatedSet : DataSet
{
    private readonly float[] _features;
    private readonly float[] _labels;

    internal RepeatedSet(int count, int stored, IReadOnlyList<int> sampleShape, int classes)
        : base("random", count, sampleShape, TaskKind.Classification, classes)
    {
        _features = new float[stored * FeatureCount];
        _labels = new float[stored];
        new CounterRandom(1, RandomPurpose.Example).FillUniform(_features, 0, -1, 1);
        var labels = new CounterRandom(1, RandomPurpose.Example, 1);
        for (var sample = 0; sample < stored; sample++)
        {
            _labels[sample] = labels.Bits((ulong)sample) % (uint)classes;
        }
    }

    public override void ReadFeatures(int sample, Span<float> destination) =>
        _features.AsSpan(sample % _labels.Length * FeatureCount, FeatureCount).CopyTo(destination);

    public override void Expect(int sample) =>
        Ask<float>(_features.AsSpan(sample % _labels.Length * FeatureCount, FeatureCount));

    public override void ReadTarget(int sample, Span<float> destination) =>
        destination[0] = _labels[sample % _labels.Length];

    protected override string ComputeContentHash() => Name;
}
