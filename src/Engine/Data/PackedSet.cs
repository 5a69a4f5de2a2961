using Distributed.Engine.Memory;

namespace Distributed.Engine.Data;

/// <summary>Samples that came from another machine, as they were read there.</summary>
/// <remarks>Shapes: features are [count, FeatureCount] row-major, targets [count, TargetWidth], weights, where
/// samples have them, [count].</remarks>
internal sealed class PackedSet : DataSet
{
    private readonly PackedPart _part;
    private readonly AlignedBuffer _buffer;
    private readonly int _features;
    private readonly int _targets;
    private readonly int _weights;

    /// <param name="part">What the samples are.</param>
    /// <param name="buffer">Holds the samples.</param>
    /// <param name="features">Where their features begin.</param>
    internal PackedSet(PackedPart part, AlignedBuffer buffer, int features)
        : base(part.Name, part.Count, part.SampleShape, part.Task, part.ClassCount)
    {
        (_part, _buffer, _features) = (part, buffer, features);
        _targets = checked(features + (part.Count * FeatureCount));
        _weights = checked(_targets + (part.Count * TargetWidth));
    }

    /// <inheritdoc/>
    public override int TargetWidth => _part.TargetWidth;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => _part.ClassNames;

    /// <inheritdoc/>
    public override bool HasWeights => _part.HasWeights;

    /// <inheritdoc/>
    public override float Weight(int sample)
    {
        CheckRead(sample, 0, 0);
        return HasWeights ? _buffer.Span[_weights + sample] : 1;
    }

    /// <inheritdoc/>
    public override void ReadFeatures(int sample, Span<float> destination)
    {
        CheckRead(sample, destination.Length, FeatureCount);
        _buffer.Span.Slice(_features + (sample * FeatureCount), FeatureCount).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override void Expect(int sample) =>
        Ask<float>(_buffer.Span.Slice(_features + (sample * FeatureCount), FeatureCount));

    /// <inheritdoc/>
    public override void ReadTarget(int sample, Span<float> destination)
    {
        CheckRead(sample, destination.Length, TargetWidth);
        _buffer.Span.Slice(_targets + (sample * TargetWidth), TargetWidth).CopyTo(destination);
    }

    /// <summary>That of the set it was packed from, so that a job finds the same data in both.</summary>
    protected override string ComputeContentHash() => _part.ContentHash;
}

/// <summary>What a pack says about one part of a split.</summary>
internal sealed record PackedPart(
    string Name, int Count, int[] SampleShape, TaskKind Task, int ClassCount, string[] ClassNames, int TargetWidth,
    string ContentHash, bool HasWeights = false)
{
    /// <summary>Floats of one sample.</summary>
    internal int FloatsPerSample =>
        SampleShape.Aggregate(1, (product, side) => checked(product * side)) + TargetWidth + (HasWeights ? 1 : 0);
}
