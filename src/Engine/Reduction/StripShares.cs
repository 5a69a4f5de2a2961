namespace Distributed.Engine.Reduction;

/// <summary>
/// Which worker makes which strip of the joint products: each has a share of every product, takes from it from the
/// first strip on, and when nothing of it is left, from the ends of the others' shares.
/// </summary>
/// <remarks>
/// Two cores seldom run at the same speed, and with fixed shares all would wait for the slowest. A strip has the same
/// bits whoever makes it. Shares stay the same from step to step, so a worker mostly finds in its caches what it has
/// updated last. Any thread may take, at the price of one interlocked operation. Allocates nothing.
/// </remarks>
public sealed class StripShares
{
    /// <summary>A strip of 64 KB stays in the second-level cache with what it is joined to.</summary>
    internal const int StripFloats = 16 * 1024;

    /// <summary>Where workers share a product, none waits longer for another than one such part takes.</summary>
    private const int StripsPerWorker = 8;

    /// <summary>Longs between two shares, so that no two are in one cache line (pairs are prefetched).</summary>
    private const int Spacing = 16;

    private const int EndShift = 32;

    /// <summary>Per product and worker, from the second place on: strips taken from the front, and from the end.
    /// </summary>
    private readonly long[] _taken;

    private readonly int _products;
    private readonly int _workers;

    /// <summary>Shares of so many products for so many workers, nothing of them taken.</summary>
    /// <remarks>Errors: ArgumentOutOfRangeException for no workers.</remarks>
    public StripShares(int products, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(products);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        (_products, _workers) = (products, workers);
        _taken = new long[((products * workers) + 1) * Spacing];
    }

    /// <summary>Makes a worker's shares whole again, while nobody takes.</summary>
    public void Renew(int rank)
    {
        for (var product = 0; product < _products; product++)
        {
            Volatile.Write(ref Taken(product, rank), 0);
        }
    }

    /// <summary>How many parts of at most so many make up a count.</summary>
    internal static int PartsOf(int count, int each) => (count + each - 1) / each;

    /// <summary>What a worker takes strips of a product from.</summary>
    internal Taker For(int product, int rank) => new(this, product, rank);

    private ref long Taken(int product, int rank) => ref _taken[((product * _workers) + rank + 1) * Spacing];

    private int Take(int product, int rank, int strips, int blocks)
    {
        for (var i = 0; i < _workers; i++)
        {
            var owner = (rank + i) % _workers;
            var first = FirstStrip(owner, strips);
            var count = FirstStrip(owner + 1, strips) - first;
            var taken = Take(ref Taken(product, owner), count * blocks, fromEnd: owner != rank);
            if (taken >= 0)
            {
                return (taken / count * strips) + first + (taken % count);
            }
        }

        return -1;
    }

    private static int Take(ref long share, int count, bool fromEnd)
    {
        var taken = Volatile.Read(ref share);
        while (true)
        {
            var (front, end) = ((int)taken, (int)(taken >> EndShift));
            if (front + end >= count)
            {
                return -1;
            }

            var seen = Interlocked.CompareExchange(ref share, taken + (fromEnd ? 1L << EndShift : 1), taken);
            if (seen == taken)
            {
                return fromEnd ? count - 1 - end : front;
            }

            taken = seen;
        }
    }

    private int FirstStrip(int rank, int strips) => (int)((long)strips * rank / _workers);

    /// <summary>One worker's view of one product.</summary>
    internal readonly struct Taker(StripShares shares, int product, int rank)
    {
        internal int Workers => shares._workers;

        /// <summary>How many of so many rows, or panels of rows, make a strip.</summary>
        /// <param name="count">All of them.</param>
        /// <param name="least">Where workers share them: so many are worth taking.</param>
        /// <param name="most">So many have room; at least one is taken.</param>
        internal int PerStrip(int count, int least, int most)
        {
            var even = PartsOf(count, Workers);
            var part = Math.Max(even / StripsPerWorker, Math.Min(least, even));
            return Math.Clamp(Workers == 1 ? count : part, 1, Math.Max(1, most));
        }

        /// <summary>
        /// Takes a strip of a product that is cut into so many strips of rows, and each of them into so many blocks of
        /// columns.
        /// </summary>
        /// <returns>block · strips + strip, or −1 when all are taken.</returns>
        internal int Take(int strips, int blocks) => shares.Take(product, rank, strips, blocks);
    }
}
