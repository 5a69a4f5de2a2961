using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Randomness;

/// <summary>Fills a span with the Uniform numbers of consecutive Philox blocks, four numbers a block.</summary>
/// <remarks>
/// Number 4·b + j of the span is Between(ToUniform(word j of block firstBlock + b), low, high).
/// Shapes: the length of the destination is a multiple of 4.
/// A vector path keeps each counter word of 4 or 8 blocks in the low halves of 64-bit lanes, where the widening
/// multiplication finds it; what is left in the high halves is never read. Conversion of 24 bits is exact and every
/// further operation is the definition's, so all paths give the same bits.
/// </remarks>
internal static class UniformFill
{
    /// <summary>Block by block in scalars: what the other paths must equal.</summary>
    internal static void Definition<TCounters>(
        Span<float> destination, ulong key, TCounters counters, ulong firstBlock, float low, float high)
        where TCounters : struct, IPhiloxCounters
    {
        for (var i = 0; i < destination.Length; i += 4)
        {
            var (w0, w1, w2, w3) = Philox.Block(key, counters, firstBlock + (ulong)i / 4);
            destination[i] = CounterRandom.Between(CounterRandom.ToUniform(w0), low, high);
            destination[i + 1] = CounterRandom.Between(CounterRandom.ToUniform(w1), low, high);
            destination[i + 2] = CounterRandom.Between(CounterRandom.ToUniform(w2), low, high);
            destination[i + 3] = CounterRandom.Between(CounterRandom.ToUniform(w3), low, high);
        }
    }

    /// <summary>The fastest path of this machine.</summary>
    internal static void Run<TCounters>(
        Span<float> destination, ulong key, TCounters counters, ulong firstBlock, float low, float high)
        where TCounters : struct, IPhiloxCounters
    {
        if (Avx512F.IsSupported)
        {
            Avx512Path(destination, key, counters, firstBlock, low, high);
        }
        else if (Avx2.IsSupported)
        {
            Avx2Path(destination, key, counters, firstBlock, low, high);
        }
        else
        {
            Definition(destination, key, counters, firstBlock, low, high);
        }
    }

    /// <summary>Four blocks at a time.</summary>
    internal static void Avx2Path<TCounters>(
        Span<float> destination, ulong key, TCounters counters, ulong firstBlock, float low, float high)
        where TCounters : struct, IPhiloxCounters
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        var last = CounterRandom.Last(low, high);
        var i = 0;
        for (; i <= destination.Length - 16; i += 16)
        {
            // Lanes hold blocks 0, 2, 1, 3, so that unpacking leaves them in order.
            var (c0, c1, c2, c3) = counters.Of(
                Vector256.Create(firstBlock + (ulong)i / 4) + Vector256.Create(0UL, 2, 1, 3));
            var (k0, k1) = ((uint)key, (uint)(key >> 32));
            for (var round = 0; round < Philox.Rounds; round++)
            {
                var product0 = Avx2.Multiply(c0.AsUInt32(), Vector256.Create((ulong)Philox.Multiplier0).AsUInt32());
                var product1 = Avx2.Multiply(c2.AsUInt32(), Vector256.Create((ulong)Philox.Multiplier1).AsUInt32());
                (c0, c1, c2, c3) = (
                    product1 >> 32 ^ c1 ^ Vector256.Create((ulong)k0),
                    product1,
                    product0 >> 32 ^ c3 ^ Vector256.Create((ulong)k1),
                    product0);
                k0 += Philox.KeyStep0;
                k1 += Philox.KeyStep1;
            }
            var mask = Vector256.Create((ulong)uint.MaxValue);
            var first = c0 & mask | c1 << 32;
            var second = c2 & mask | c3 << 32;
            Between(Avx2.UnpackLow(first, second).AsUInt32(), low, high, last).StoreUnsafe(ref to, (nuint)i);
            Between(Avx2.UnpackHigh(first, second).AsUInt32(), low, high, last).StoreUnsafe(ref to, (nuint)i + 8);
        }
        Definition(destination[i..], key, counters, firstBlock + (ulong)i / 4, low, high);
    }

    /// <summary>Eight blocks at a time.</summary>
    internal static void Avx512Path<TCounters>(
        Span<float> destination, ulong key, TCounters counters, ulong firstBlock, float low, float high)
        where TCounters : struct, IPhiloxCounters
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        var last = CounterRandom.Last(low, high);
        var i = 0;
        for (; i <= destination.Length - 32; i += 32)
        {
            var (c0, c1, c2, c3) = counters.Of(
                Vector512.Create(firstBlock + (ulong)i / 4) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7));
            var (k0, k1) = ((uint)key, (uint)(key >> 32));
            for (var round = 0; round < Philox.Rounds; round++)
            {
                var product0 = Avx512F.Multiply(c0.AsUInt32(), Vector512.Create((ulong)Philox.Multiplier0).AsUInt32());
                var product1 = Avx512F.Multiply(c2.AsUInt32(), Vector512.Create((ulong)Philox.Multiplier1).AsUInt32());
                (c0, c1, c2, c3) = (
                    product1 >> 32 ^ c1 ^ Vector512.Create((ulong)k0),
                    product1,
                    product0 >> 32 ^ c3 ^ Vector512.Create((ulong)k1),
                    product0);
                k0 += Philox.KeyStep0;
                k1 += Philox.KeyStep1;
            }
            var mask = Vector512.Create((ulong)uint.MaxValue);
            var first = c0 & mask | c1 << 32;
            var second = c2 & mask | c3 << 32;
            Between(Avx512F.UnpackLow(first, second).AsUInt32(), low, high, last).StoreUnsafe(ref to, (nuint)i);
            Between(Avx512F.UnpackHigh(first, second).AsUInt32(), low, high, last).StoreUnsafe(ref to, (nuint)i + 16);
        }
        Definition(destination[i..], key, counters, firstBlock + (ulong)i / 4, low, high);
    }

    private static Vector256<float> Between(Vector256<uint> bits, float low, float high, float last)
    {
        var uniform = Vector256.ConvertToSingle((bits >> 8).AsInt32()) * Vector256.Create(CounterRandom.UniformStep);
        var value = Vector256.Create(low) + Vector256.Create(high - low) * uniform;
        return Vector256.ConditionalSelect(
            Vector256.LessThan(value, Vector256.Create(high)), value, Vector256.Create(last));
    }

    private static Vector512<float> Between(Vector512<uint> bits, float low, float high, float last)
    {
        var uniform = Vector512.ConvertToSingle((bits >> 8).AsInt32()) * Vector512.Create(CounterRandom.UniformStep);
        var value = Vector512.Create(low) + Vector512.Create(high - low) * uniform;
        return Vector512.ConditionalSelect(
            Vector512.LessThan(value, Vector512.Create(high)), value, Vector512.Create(last));
    }
}
