using System.Collections.Immutable;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Checkpoints;

/// <summary>A named block of floats inside a buffer, as a file of tensors stores it.</summary>
/// <remarks>
/// Shapes: row-major, the last dimension contiguous; an empty shape is one number.
/// Units: Offset and Length count floats.
/// Errors: ArgumentException where the buffer has no room for the shape at the offset.
/// </remarks>
public sealed class NamedTensor
{
    private readonly AlignedBuffer _buffer;

    public NamedTensor(string name, ReadOnlySpan<int> shape, AlignedBuffer buffer, int offset)
    {
        var length = 1;
        foreach (var size in shape)
        {
            length = checked(length * size);
        }

        if (offset < 0 || length < 0 || offset > buffer.Length - length)
        {
            throw new ArgumentException(
                $"tensor '{name}': [{string.Join(", ", shape.ToArray())}] at offset {offset} does not fit a buffer of "
                + $"{buffer.Length} floats",
                nameof(offset));
        }

        Name = name;
        Shape = [.. shape];
        Offset = offset;
        Length = length;
        _buffer = buffer;
    }

    public string Name { get; }

    public ImmutableArray<int> Shape { get; }

    public int Offset { get; }

    public int Length { get; }

    public Span<float> Values => _buffer.Span.Slice(Offset, Length);
}
