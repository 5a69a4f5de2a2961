using System.Numerics;

namespace Distributed.Simulation;

/// <summary>A stream of random numbers that its seed and its purpose decide.</summary>
/// <remarks>
/// A stream suits a simulation, whose draws happen in one order; training needs numbers that are functions of an index.
/// Source: Blackman and Vigna 2018, xoshiro256**; seeded through SplitMix64.
/// </remarks>
public sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <param name="seed">The run's.</param>
    /// <param name="purpose">Streams of different purposes are independent.</param>
    /// <param name="owner">Streams of different owners are, too.</param>
    public SeededRandom(ulong seed, DrawPurpose purpose, string owner = "")
    {
        var state = unchecked((seed * 0x9E3779B97F4A7C15) ^ ((ulong)purpose << 56));
        foreach (var letter in owner)
        {
            state = unchecked((state ^ letter) * 0x100000001B3);
        }

        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            var shifted = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= shifted;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>A number from 0 to limit − 1.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when limit is below 1.</remarks>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)Math.BigMul(Bits(), (ulong)limit, out _);
    }

    /// <summary>A number from 0 to limit − 1.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException when limit is below 1.</remarks>
    public long Below(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (long)Math.BigMul(Bits(), (ulong)limit, out _);
    }

    /// <summary>A multiple of 2⁻⁵³ in [0, 1).</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1L << 53));

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>A time from low up to high, both included.</summary>
    public TimeSpan Between(TimeSpan low, TimeSpan high) => low + TimeSpan.FromTicks(Below((high - low).Ticks + 1));

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}

/// <summary>What random numbers decide; a further draw for one purpose shifts no other.</summary>
public enum DrawPurpose
{
    /// <summary>Which actor runs next.</summary>
    Scheduling,

    /// <summary>Jitter of the network and of its time-outs.</summary>
    Network,

    /// <summary>Jitter of compute.</summary>
    Compute,

    /// <summary>Faults of disks.</summary>
    Disk,

    /// <summary>Which faults happen, and when.</summary>
    Faults,

    /// <summary>What a scenario looks like: nodes, sizes, options.</summary>
    Scenario,
}
