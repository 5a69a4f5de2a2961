namespace Distributed.Engine.Memory;

/// <summary>Sums over pieces of the canonical tree: those of one worker's shard, or one of each of several.</summary>
/// <remarks>
/// Units: floats. Piece p of element i lies at p · Stride + i; Stride is a whole number of cache lines.
/// </remarks>
public sealed unsafe class PartialSums
{
    private readonly AlignedBuffer _buffer;

    public PartialSums(int length, int piecesMax)
    {
        (Length, PiecesMax, Stride) = (length, piecesMax, AlignedBuffer.WholeLines(length));
        _buffer = new AlignedBuffer(checked(Stride * piecesMax));
    }

    /// <summary>No partial sums.</summary>
    public static PartialSums None { get; } = new(0, 0);

    /// <summary>Floats per piece.</summary>
    public int Length { get; }

    public int PiecesMax { get; }

    public int Stride { get; }

    /// <summary>What the pieces lie in, from its beginning on.</summary>
    public AlignedBuffer Buffer => _buffer;

    /// <summary>The first float of the first piece.</summary>
    public float* Pointer => _buffer.Pointer;

    /// <summary>One piece.</summary>
    public Span<float> Piece(int index) => _buffer.Span.Slice(StartOf(index), Length);

    /// <summary>Where in the buffer a piece starts.</summary>
    public int StartOf(int index) => index * Stride;
}
