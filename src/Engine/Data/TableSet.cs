using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Distributed.Engine.Data;

/// <summary>Rows of numbers with one target each, held in memory.</summary>
/// <remarks>Shapes: features are [count, FeatureCount] row-major, targets and weights [count].</remarks>
public sealed class TableSet : DataSet
{
    private readonly float[] _features;
    private readonly float[] _targets;
    private readonly float[]? _weights;

    /// <summary>Wraps features and targets without copying; they must not change afterwards.</summary>
    /// <remarks>
    /// featureCount is at least 1; classCount 0 means regression; classNames, when given, has classCount names;
    /// weights say how much each row counts, null for all alike.
    /// Errors: ArgumentException when lengths do not fit, a class index is not a whole number below classCount, or a
    /// weight is not a finite number of 0 or more.
    /// </remarks>
    public TableSet(string name, int featureCount, float[] features, float[] targets, int classCount,
        IReadOnlyList<string>? classNames = null, float[]? weights = null)
        : base(name, targets.Length, [featureCount],
            classCount > 0 ? TaskKind.Classification : TaskKind.Regression, classCount)
    {
        if (features.LongLength != (long)featureCount * targets.Length)
        {
            throw new ArgumentException($"{name}: {features.LongLength} features for {targets.Length} rows of " +
                $"{featureCount}", nameof(features));
        }

        for (var row = 0; classCount > 0 && row < targets.Length; row++)
        {
            if (!(targets[row] >= 0 && targets[row] < classCount && targets[row] == (int)targets[row]))
            {
                throw new ArgumentException($"{name}: {targets[row]} in row {row} is no class index below " +
                    $"{classCount}", nameof(targets));
            }
        }
        if (classNames is not null && classNames.Count != classCount)
        {
            throw new ArgumentException($"{name}: {classNames.Count} names for {classCount} classes",
                nameof(classNames));
        }

        if (weights is not null
            && (weights.Length != targets.Length || weights.Any(weight => !(weight >= 0 && float.IsFinite(weight)))))
        {
            throw new ArgumentException($"{name}: {weights.Length} weights for {targets.Length} rows: each row " +
                "needs a finite one of 0 or more", nameof(weights));
        }

        _weights = weights;
        _features = features;
        _targets = targets;
        ClassNames = classNames ?? base.ClassNames;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public override bool HasWeights => _weights is not null;

    /// <inheritdoc/>
    public override float Weight(int sample) => _weights is null ? 1 : _weights[sample];

    /// <inheritdoc/>
    public override void ReadFeatures(int sample, Span<float> destination)
    {
        CheckRead(sample, destination.Length, FeatureCount);
        _features.AsSpan(sample * FeatureCount, FeatureCount).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override void Expect(int sample) =>
        Ask<float>(_features.AsSpan(sample * FeatureCount, FeatureCount));

    /// <inheritdoc/>
    public override void ReadTarget(int sample, Span<float> destination)
    {
        CheckRead(sample, destination.Length, TargetWidth);
        destination[0] = _targets[sample];
    }

    /// <inheritdoc/>
    protected override string ComputeContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>([Count, FeatureCount, ClassCount]));
        hash.AppendData(MemoryMarshal.AsBytes<float>(_features));
        hash.AppendData(MemoryMarshal.AsBytes<float>(_targets));
        foreach (var name in ClassNames)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name + "\n"));
        }

        // Tables without weights keep the hash that they have in older checkpoints.
        if (_weights is not null)
        {
            hash.AppendData("weights\n"u8);
            hash.AppendData(MemoryMarshal.AsBytes<float>(_weights));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
