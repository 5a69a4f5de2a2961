using System.Numerics;

namespace Distributed.Engine.Randomness;

/// <summary>A shuffle of 0 … count − 1, computed, not stored: element i is a function of i and the key.</summary>
/// <remarks>
/// An alternating Feistel network over the fewest bits that hold count, split into two parts that differ by one
/// bit at most; it is a bijection whatever its round function does. A result past the end is sent through again
/// (cycle walking), which keeps it a bijection of [0, count) and costs less than one extra pass on average;
/// a whole order of fewer than 256 elements costs 256 passes.
/// The round function folds the 128-bit product of key-masked part and constant; its keys come from Philox.
/// Units: count is 0 to 2⁴⁰. Calls allocate nothing and may come from any thread.
/// Source: Black and Rogaway 2002, "Ciphers with arbitrary finite domains", generalised Feistel and cycle walking.
/// </remarks>
public sealed class Permutation
{
    /// <summary>The largest count, 2⁴⁰.</summary>
    public const long CountMax = 1L << 40;

    private const int Rounds = 10;
    private const uint KeyTag = 0x706C6163;

    // Networks of fewer bits reach too few orders: with 3 bits some pairs become neighbours twice as often as others.
    private const int BitsMin = 8;
    private const ulong RoundMultiplier = 0x9E3779B97F4A7C15;
    private readonly ulong[] _keys;
    private readonly int _lowBits;
    private readonly ulong _lowMask;
    private readonly ulong _highMask;

    /// <summary>The shuffle of one purpose in one epoch (or other stream).</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when count is outside 0 to 2⁴⁰.</remarks>
    public Permutation(long count, ulong seed, RandomPurpose purpose, ulong epoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CountMax);
        Count = count;
        var bits = count == 0 ? BitsMin : Math.Max(BitsMin, 64 - BitOperations.LeadingZeroCount((ulong)count - 1));
        _lowBits = (bits + 1) / 2;
        _lowMask = (1UL << _lowBits) - 1;
        _highMask = (1UL << bits - _lowBits) - 1;
        var draws = new CounterRandom(seed, purpose, epoch).Draws((ulong)count);
        _keys = new ulong[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            _keys[round] = draws.NextBits() | (ulong)draws.NextBits() << 32;
        }
    }

    /// <summary>How many elements are shuffled.</summary>
    public long Count { get; }

    /// <summary>The element at a position of the shuffled order; both lie in [0, Count).</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when the index is outside.</remarks>
    public long this[long index]
    {
        get
        {
            if ((ulong)index >= (ulong)Count)
            {
                throw new ArgumentOutOfRangeException(nameof(index), $"permutation of {Count}: no index {index}");
            }

            var value = (ulong)index;
            do
            {
                value = Encrypt(value);
            }
            while (value >= (ulong)Count);
            return (long)value;
        }
    }

    /// <summary>64 random bits for a place of this order: a function of seed, epoch and place.</summary>
    public ulong KeyAt(long place)
    {
        var (low, high, _, _) = Philox.Block(_keys[0], (uint)place, (uint)(place >> 32), KeyTag, 0);
        return low | (ulong)high << 32;
    }

    private ulong Encrypt(ulong value)
    {
        var low = value & _lowMask;
        var high = value >> _lowBits;
        var keys = _keys;
        for (var round = 0; round + 1 < keys.Length; round += 2)
        {
            high ^= Mix(low ^ keys[round]) & _highMask;
            low ^= Mix(high ^ keys[round + 1]) & _lowMask;
        }
        return high << _lowBits | low;
    }

    private static ulong Mix(ulong value)
    {
        var upper = Math.BigMul(value, RoundMultiplier, out var lower);
        return upper ^ lower;
    }
}
