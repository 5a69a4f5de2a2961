namespace Distributed.Engine.Randomness;

/// <summary>Philox 4×32-10: a keyed mixing function from 128 counter bits to 128 random bits.</summary>
/// <remarks>
/// A pure function: equal key and counter give equal words on every machine, so nothing random has a state.
/// For a fixed key it is a bijection of the counter.
/// Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3.
/// </remarks>
public static class Philox
{
    internal const int Rounds = 10;
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    internal const uint KeyStep0 = 0x9E3779B9;
    internal const uint KeyStep1 = 0xBB67AE85;

    /// <summary>The four random words of a numbered block.</summary>
    internal static (uint W0, uint W1, uint W2, uint W3) Block<TCounters>(ulong key, TCounters counters, ulong block)
        where TCounters : struct, IPhiloxCounters
    {
        var (c0, c1, c2, c3) = counters.Of(block);
        return Block(key, c0, c1, c2, c3);
    }

    /// <summary>The four random words of one counter.</summary>
    /// <remarks>The key's low word is the paper's key 0, its high word key 1.</remarks>
    public static (uint W0, uint W1, uint W2, uint W3) Block(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        var k0 = (uint)key;
        var k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = (
                (uint)(product1 >> 32) ^ c1 ^ k0,
                (uint)product1,
                (uint)(product0 >> 32) ^ c3 ^ k1,
                (uint)product0);
            k0 += KeyStep0;
            k1 += KeyStep1;
        }
        return (c0, c1, c2, c3);
    }
}
