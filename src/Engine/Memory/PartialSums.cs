namespace Distributed.Engine.Memory;

/// <summary>One worker's sums over the pieces of the canonical tree that its shard is made of.</summary>
/// <remarks>
/// Units: floats. Piece p of element i lies at p · Stride + i; Stride is a whole number of cache lines.
/// </remarks>
public sealed unsafe class PartialSums
{
    private readonly AlignedBuffer _buffer;

    public PartialSums(int length, int piecesMax)
    {
        Length = length;
        PiecesMax = piecesMax;
        Stride = checked(length + AlignedBuffer.LineFloats - 1) / AlignedBuffer.LineFloats * AlignedBuffer.LineFloats;
        _buffer = new AlignedBuffer(checked(Stride * piecesMax));
    }

    /// <summary>No partial sums.</summary>
    public static PartialSums None { get; } = new(0, 0);

    /// <summary>Floats per piece.</summary>
    public int Length { get; }

    public int PiecesMax { get; }

    public int Stride { get; }

    /// <summary>All pieces.</summary>
    public AlignedBuffer Buffer => _buffer;

    /// <summary>The first float of the first piece.</summary>
    public float* Pointer => _buffer.Pointer;

    /// <summary>One piece.</summary>
    public Span<float> Piece(int index) => _buffer.Span.Slice(index * Stride, Length);
}
