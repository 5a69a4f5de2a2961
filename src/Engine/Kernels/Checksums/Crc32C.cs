using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Kernels.Checksums;

/// <summary>The ways to compute a CRC-32C. All give the same bits; they differ in speed only.</summary>
public enum ChecksumPath
{
    /// <summary>Bit by bit: what the other paths equal.</summary>
    Definition,

    /// <summary>The processor's instruction, 8 bytes at a time.</summary>
    Instruction,

    /// <summary>Carry-less products, 64 bytes at a time.</summary>
    Folding128,

    /// <summary>Carry-less products, 256 bytes at a time.</summary>
    Folding512,
}

/// <summary>CRC-32C (Castagnoli) of bytes, at the speed at which they can be read.</summary>
/// <remarks>
/// Shapes: a checksum is continued with further bytes, so it can be taken piece by piece; that of nothing is 0.
/// Source: RFC 3720, appendix B.4 (polynomial 0x1EDC6F41, reflected, all bits set at first, inverted in the end);
/// Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ", Intel 2009.
/// </remarks>
public static class Crc32C
{
    /// <summary>The polynomial without its highest term, lowest power in the highest bit.</summary>
    private const uint Reflected = 0x82F63B78;

    private const int LaneBytes = 16;

    // Note [Folding]
    // A block of 128 bits that lies d bits before another is congruent to the sum of two products that lie beside it:
    // of its first 64 bits and x^(d+32), of its last 64 bits and x^(d−32), both modulo the polynomial. So a long text
    // becomes one block of the same remainder, whose checksum the instruction takes.
    private static readonly Vector128<ulong> Fold128 = FoldBy(128);
    private static readonly Vector128<ulong> Fold256 = FoldBy(256);
    private static readonly Vector128<ulong> Fold384 = FoldBy(384);
    private static readonly Vector128<ulong> Fold512 = FoldBy(512);
    private static readonly Vector512<ulong> Fold512Wide = Wide(FoldBy(512));
    private static readonly Vector512<ulong> Fold2048Wide = Wide(FoldBy(2048));

    /// <summary>The fastest on this machine.</summary>
    public static ChecksumPath Best { get; } =
        IsSupported(ChecksumPath.Folding512) ? ChecksumPath.Folding512
        : IsSupported(ChecksumPath.Folding128) ? ChecksumPath.Folding128
        : ChecksumPath.Instruction;

    /// <summary>True where this machine can run it.</summary>
    public static bool IsSupported(ChecksumPath path) => path switch
    {
        ChecksumPath.Folding512 => Pclmulqdq.V512.IsSupported && Vector512.IsHardwareAccelerated,
        ChecksumPath.Folding128 => Pclmulqdq.IsSupported,
        _ => true,
    };

    /// <summary>Continues a checksum, which is 0 at first.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes) => Append(checksum, bytes, Best);

    internal static uint Append(uint checksum, ReadOnlySpan<byte> bytes, ChecksumPath path) => ~(path switch
    {
        ChecksumPath.Definition => Definition(~checksum, bytes),
        ChecksumPath.Folding512 when bytes.Length >= 512 => Folding512Path(~checksum, bytes),
        ChecksumPath.Folding512 or ChecksumPath.Folding128 when bytes.Length >= 128 =>
            Folding128Path(~checksum, bytes),
        _ => InstructionPath(~checksum, bytes),
    });

    private static uint Definition(uint remainder, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            remainder ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                remainder = (remainder >> 1) ^ ((remainder & 1) * Reflected);
            }
        }

        return remainder;
    }

    private static uint InstructionPath(uint remainder, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            remainder = BitOperations.Crc32C(remainder, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            remainder = BitOperations.Crc32C(remainder, value);
        }

        return remainder;
    }

    /// <summary>Four blocks at a time; bytes are at least 64.</summary>
    [MethodImpl(HotLoop.Options)]
    private static uint Folding128Path(uint remainder, ReadOnlySpan<byte> bytes)
    {
        const int StrideBytes = 4 * LaneBytes;
        ref var at = ref MemoryMarshal.GetReference(bytes);
        var a = Load(ref at, 0) ^ Vector128.CreateScalar((ulong)remainder);
        var (b, c, d) = (Load(ref at, 16), Load(ref at, 32), Load(ref at, 48));
        var done = StrideBytes;
        for (; done + StrideBytes <= bytes.Length; done += StrideBytes)
        {
            a = Fold(a, Fold512) ^ Load(ref at, done);
            b = Fold(b, Fold512) ^ Load(ref at, done + 16);
            c = Fold(c, Fold512) ^ Load(ref at, done + 32);
            d = Fold(d, Fold512) ^ Load(ref at, done + 48);
        }

        return Finish(a, b, c, d, bytes[done..]);
    }

    /// <summary>Sixteen blocks at a time; bytes are at least 256.</summary>
    [MethodImpl(HotLoop.Options)]
    private static uint Folding512Path(uint remainder, ReadOnlySpan<byte> bytes)
    {
        const int StrideBytes = 16 * LaneBytes;
        ref var at = ref MemoryMarshal.GetReference(bytes);
        var a = LoadWide(ref at, 0) ^ Vector512.CreateScalar((ulong)remainder);
        var (b, c, d) = (LoadWide(ref at, 64), LoadWide(ref at, 128), LoadWide(ref at, 192));
        var done = StrideBytes;
        for (; done + StrideBytes <= bytes.Length; done += StrideBytes)
        {
            a = Fold(a, Fold2048Wide) ^ LoadWide(ref at, done);
            b = Fold(b, Fold2048Wide) ^ LoadWide(ref at, done + 64);
            c = Fold(c, Fold2048Wide) ^ LoadWide(ref at, done + 128);
            d = Fold(d, Fold2048Wide) ^ LoadWide(ref at, done + 192);
        }

        b ^= Fold(a, Fold512Wide);
        c ^= Fold(b, Fold512Wide);
        d ^= Fold(c, Fold512Wide);
        var (low, high) = (d.GetLower(), d.GetUpper());
        return Finish(low.GetLower(), low.GetUpper(), high.GetLower(), high.GetUpper(), bytes[done..]);
    }

    /// <summary>Four neighbouring blocks into one, and on with what follows them.</summary>
    private static uint Finish(
        Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> c, Vector128<ulong> d, ReadOnlySpan<byte> rest)
    {
        var last = d ^ Fold(c, Fold128) ^ Fold(b, Fold256) ^ Fold(a, Fold384);
        var remainder = BitOperations.Crc32C(BitOperations.Crc32C(0, last[0]), last[1]);
        return InstructionPath(remainder, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> block, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(block, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, by, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Fold(Vector512<ulong> blocks, Vector512<ulong> by) =>
        Pclmulqdq.V512.CarrylessMultiply(blocks, by, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(blocks, by, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte at, int offset) =>
        Vector128.LoadUnsafe(ref at, (nuint)offset).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> LoadWide(ref byte at, int offset) =>
        Vector512.LoadUnsafe(ref at, (nuint)offset).AsUInt64();

    private static Vector512<ulong> Wide(Vector128<ulong> block)
    {
        var twice = Vector256.Create(block, block);
        return Vector512.Create(twice, twice);
    }

    /// <summary>The two factors of Note [Folding] for a distance in bits.</summary>
    private static Vector128<ulong> FoldBy(int bits) => Vector128.Create(Power(bits + 32), Power(bits - 32));

    /// <summary>x to the n modulo the polynomial, reflected, and shifted as products of reflected factors need it.
    /// </summary>
    private static ulong Power(int n)
    {
        var power = 0x8000_0000u; // x⁰
        for (var i = 0; i < n; i++)
        {
            power = (power >> 1) ^ ((power & 1) * Reflected);
        }

        return (ulong)power << 1;
    }
}
