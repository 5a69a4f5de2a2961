namespace Distributed.Engine.Memory;

/// <summary>One worker's sums over the pieces of the canonical tree that its shard is made of.</summary>
/// <remarks>
/// Units: floats. Piece p of element i lies at p · Stride + i; Stride is a whole number of cache lines.
/// </remarks>
public sealed unsafe class PartialSums
{
    private readonly AlignedBuffer _buffer;
    private readonly int _start;

    public PartialSums(int length, int piecesMax)
        : this(length, piecesMax, new AlignedBuffer(checked(StrideOf(length) * piecesMax)), 0)
    {
    }

    private PartialSums(int length, int piecesMax, AlignedBuffer buffer, int start)
    {
        (Length, PiecesMax, Stride) = (length, piecesMax, StrideOf(length));
        (_buffer, _start) = (buffer, start);
    }

    /// <summary>No partial sums.</summary>
    public static PartialSums None { get; } = new(0, 0);

    /// <summary>Floats per piece.</summary>
    public int Length { get; }

    public int PiecesMax { get; }

    public int Stride { get; }

    /// <summary>What the pieces lie in, from its beginning on unless others lie there too.</summary>
    public AlignedBuffer Buffer => _buffer;

    /// <summary>The first float of the first piece.</summary>
    public float* Pointer => _buffer.Pointer + _start;

    /// <summary>The sums of so many workers, side by side in one buffer: with hundreds of them one is much cheaper.
    /// Piece p of the i-th is piece i · piecesMax + p of the first.</summary>
    public static PartialSums[] SideBySide(int count, int length, int piecesMax)
    {
        var each = checked(StrideOf(length) * piecesMax);
        var buffer = new AlignedBuffer(checked(each * count));
        return [.. Enumerable.Range(0, count).Select(i => new PartialSums(length, piecesMax, buffer, i * each))];
    }

    /// <summary>One piece.</summary>
    public Span<float> Piece(int index) => _buffer.Span.Slice(StartOf(index), Length);

    /// <summary>Where in the buffer a piece starts.</summary>
    public int StartOf(int index) => _start + (index * Stride);

    private static int StrideOf(int length) =>
        checked(length + AlignedBuffer.LineFloats - 1) / AlignedBuffer.LineFloats * AlignedBuffer.LineFloats;
}
