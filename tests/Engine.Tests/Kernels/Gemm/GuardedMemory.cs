using Distributed.Engine.Memory;

namespace Distributed.Engine.Tests.Kernels.Gemm;

/// <summary>Floats that start off any vector boundary, and tell whether their surroundings were written.</summary>
internal sealed unsafe class GuardedMemory(int capacity)
{
    private const int GuardFloats = 80;

    private static readonly float GuardValue = BitConverter.UInt32BitsToSingle(0x7f812345);

    private AlignedBuffer _buffer = new(capacity + (2 * GuardFloats));

    private int _start;

    /// <summary>So many floats, all holding the guard value, misalignment floats after a cache line.</summary>
    internal float* Take(int length, int misalignment)
    {
        if (length + (2 * GuardFloats) > _buffer.Length)
        {
            _buffer = new AlignedBuffer(length + (2 * GuardFloats));
        }

        _start = 64 + misalignment;
        Length = length;
        _buffer.Span[..(length + (2 * GuardFloats))].Fill(GuardValue);
        return _buffer.Pointer + _start;
    }

    internal int Length { get; private set; }

    internal Span<float> Span => _buffer.Span.Slice(_start, Length);

    /// <summary>True for a float that nobody wrote to.</summary>
    internal static bool IsGuard(float value) =>
        BitConverter.SingleToUInt32Bits(value) == BitConverter.SingleToUInt32Bits(GuardValue);

    internal void AssertSurroundingsUntouched()
    {
        var all = _buffer.Span;
        for (var i = 0; i < _start; i++)
        {
            Assert.True(IsGuard(all[i]), $"float {i - _start} before the memory was written");
        }

        for (var i = _start + Length; i < Length + (2 * GuardFloats); i++)
        {
            Assert.True(IsGuard(all[i]), $"float {i - _start - Length} after the memory was written");
        }
    }
}
