using System.Runtime.CompilerServices;

namespace Distributed.Engine.Memory;

/// <summary>Floats at a fixed address, 64-byte aligned, zero at first.</summary>
/// <remarks>
/// Units: length counts floats, at most 2³¹ − 1024. The memory is the garbage collector's (pinned), so a buffer lives
/// as long as someone holds it and needs no disposal; code that keeps a pointer keeps the buffer too.
/// Errors: ArgumentOutOfRangeException for a negative length; OutOfMemoryException.
/// </remarks>
public sealed unsafe class AlignedBuffer
{
    /// <summary>One cache line and one 512-bit vector.</summary>
    public const int AlignmentBytes = 64;

    /// <summary>Floats in a cache line. Ranges that different threads write start at multiples of it.</summary>
    public const int LineFloats = AlignmentBytes / sizeof(float);

    private readonly float[] _storage;

    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _storage = GC.AllocateArray<float>(checked(length + (2 * LineFloats)), pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref _storage[0]);
        Pointer = (float*)((start + AlignmentBytes - 1) & ~(nuint)(AlignmentBytes - 1));
    }

    public int Length { get; }

    /// <summary>The first float.</summary>
    public float* Pointer { get; }

    /// <summary>So many floats, rounded up to whole cache lines.</summary>
    internal static int WholeLines(int floats) => checked(floats + LineFloats - 1) / LineFloats * LineFloats;

    /// <summary>Takes so many floats, or as many whole numbers, of a workspace, in whole lines.</summary>
    internal static float* Take(ref float* workspace, int floats)
    {
        var taken = workspace;
        workspace += WholeLines(floats);
        return taken;
    }

    /// <summary>Floats from a place on that lie before the next cache line begins: 0 where one begins there.</summary>
    internal static int FloatsToLine(float* place) =>
        (int)(-(nint)place & (AlignmentBytes - 1)) / sizeof(float);

    /// <summary>The whole buffer.</summary>
    public Span<float> Span => new(Pointer, Length);
}
