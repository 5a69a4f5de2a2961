using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Data;

/// <summary>Part of another set, seen without copying: positions first to first + count − 1 of its order.</summary>
/// <remarks>The order is that of the set itself or of a permutation of it.</remarks>
public sealed class Subset : DataSet
{
    private readonly DataSet _whole;
    private readonly int _first;
    private readonly Permutation? _order;

    /// <summary>A range of a set, or of its shuffled order.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when the range leaves the set,
    /// ArgumentException when the permutation is of another count.</remarks>
    public Subset(DataSet whole, int first, int count, Permutation? order = null, string? name = null)
        : base(name ?? whole.Name, count, whole.SampleShape, whole.Task, whole.ClassCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + count, whole.Count);
        if (order is not null && order.Count != whole.Count)
        {
            throw new ArgumentException($"{Name}: a permutation of {order.Count} for {whole.Count} samples",
                nameof(order));
        }

        _whole = whole;
        _first = first;
        _order = order;
    }

    /// <inheritdoc/>
    public override int TargetWidth => _whole.TargetWidth;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => _whole.ClassNames;

    /// <inheritdoc/>
    public override bool HasWeights => _whole.HasWeights;

    /// <inheritdoc/>
    public override float Weight(int sample) => _whole.Weight(IndexInWhole(sample));

    /// <summary>The whole set's index of a sample of this part.</summary>
    public int IndexInWhole(int sample)
    {
        CheckRead(sample, 0, 0);
        var position = _first + sample;
        return _order is null ? position : (int)_order[position];
    }

    /// <inheritdoc/>
    public override void ReadFeatures(int sample, Span<float> destination) =>
        _whole.ReadFeatures(IndexInWhole(sample), destination);

    /// <inheritdoc/>
    public override void Expect(int sample) => _whole.Expect(IndexInWhole(sample));

    /// <inheritdoc/>
    public override void ReadTarget(int sample, Span<float> destination) =>
        _whole.ReadTarget(IndexInWhole(sample), destination);

    /// <inheritdoc/>
    protected override string ComputeContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(_whole.ContentHash));
        Span<byte> index = stackalloc byte[sizeof(int)];
        for (var sample = 0; sample < Count; sample++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(index, IndexInWhole(sample));
            hash.AppendData(index);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
