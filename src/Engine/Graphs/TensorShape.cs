using System.Collections.Immutable;

namespace Distributed.Engine.Graphs;

/// <summary>
/// The sizes of a tensor: the dimensions of one sample and, in front of them, optionally the batch, whose size is
/// only known when the graph runs.
/// </summary>
/// <remarks>
/// Dimensions may be empty: one number, per sample where Batched. Written [batch, 28, 28] or [784, 512].
/// </remarks>
public sealed class TensorShape : IEquatable<TensorShape>
{
    private TensorShape(bool batched, ImmutableArray<int> dimensions)
    {
        foreach (var size in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(dimensions));
        }

        Batched = batched;
        Dimensions = dimensions;
        SampleLength = dimensions.Aggregate(1, (product, size) => checked(product * size));
    }

    /// <summary>One number.</summary>
    public static TensorShape Scalar { get; } = new(batched: false, []);

    public bool Batched { get; }

    public ImmutableArray<int> Dimensions { get; }

    /// <summary>Values per sample, or in all where there is no batch.</summary>
    public int SampleLength { get; }

    /// <summary>How many dimensions, the batch not counted.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>A shape without batch.</summary>
    public static TensorShape Of(params ReadOnlySpan<int> dimensions) => new(batched: false, [.. dimensions]);

    /// <summary>A shape with a batch of samples of these dimensions.</summary>
    public static TensorShape Batch(params ReadOnlySpan<int> dimensions) => new(batched: true, [.. dimensions]);

    /// <summary>The same batch or none, with other dimensions.</summary>
    public TensorShape With(params ReadOnlySpan<int> dimensions) => new(Batched, [.. dimensions]);

    /// <summary>The same dimensions, with or without the batch.</summary>
    public TensorShape WithBatch(bool batched) => batched == Batched ? this : new(batched, Dimensions);

    /// <summary>Values in all for so many samples.</summary>
    public int Length(int samples) => Batched ? checked(SampleLength * samples) : SampleLength;

    public bool Equals(TensorShape? other) =>
        other is not null && Batched == other.Batched && Dimensions.SequenceEqual(other.Dimensions);

    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    public override int GetHashCode() =>
        Dimensions.Aggregate(Batched ? 1 : 0, static (hash, size) => HashCode.Combine(hash, size));

    public override string ToString() =>
        $"[{string.Join(", ", (Batched ? ["batch"] : Array.Empty<string>()).Concat(Dimensions.Select(d => $"{d}")))}]";

    /// <summary>A sample as [outer, axis, inner]: the sizes before an axis, its own, and behind it.</summary>
    internal (int Outer, int Axis, int Inner) Around(int axis)
    {
        var (outer, inner) = (1, 1);
        for (var i = 0; i < Rank; i++)
        {
            outer *= i < axis ? Dimensions[i] : 1;
            inner *= i > axis ? Dimensions[i] : 1;
        }

        return (outer, Dimensions[axis], inner);
    }

    /// <summary>The shape two operands give element by element, or null where they do not fit (NumPy's rule).</summary>
    internal static TensorShape? Broadcast(TensorShape left, TensorShape right)
    {
        var rank = Math.Max(left.Rank, right.Rank);
        var sizes = new int[rank];
        for (var i = 1; i <= rank; i++)
        {
            var l = i <= left.Rank ? left.Dimensions[^i] : 1;
            var r = i <= right.Rank ? right.Dimensions[^i] : 1;
            if (l != r && l != 1 && r != 1)
            {
                return null;
            }

            sizes[^i] = l == 1 ? r : l;
        }

        return new TensorShape(left.Batched || right.Batched, [.. sizes]);
    }
}
