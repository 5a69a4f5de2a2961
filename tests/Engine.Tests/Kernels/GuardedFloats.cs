using Distributed.Engine.Memory;

namespace Distributed.Engine.Tests.Kernels;

/// <summary>Floats at a chosen offset from a 64-byte boundary, with guard values on both sides.</summary>
internal sealed unsafe class GuardedFloats
{
    private const int GuardFloats = 32;
    private const float Guard = -7654.321f;

    private readonly AlignedBuffer _buffer;
    private readonly int _start;

    internal GuardedFloats(int length, int offset)
    {
        _buffer = new AlignedBuffer(length + offset + (2 * GuardFloats));
        _buffer.Span.Fill(Guard);
        _start = GuardFloats + offset;
        Length = length;
    }

    internal GuardedFloats(ReadOnlySpan<float> values, int offset = 0)
        : this(values.Length, offset) => values.CopyTo(Span);

    internal int Length { get; }

    internal float* Pointer => _buffer.Pointer + _start;

    internal Span<float> Span => _buffer.Span.Slice(_start, Length);

    internal void AssertGuardsIntact(string context)
    {
        var all = _buffer.Span;
        var untouched = all[.._start].IndexOfAnyExcept(Guard) < 0
            && all[(_start + Length)..].IndexOfAnyExcept(Guard) < 0;
        Assert.True(untouched, $"{context}: wrote outside its {Length} floats");
    }
}
