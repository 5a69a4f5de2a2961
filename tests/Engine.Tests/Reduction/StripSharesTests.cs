using Distributed.Engine.Reduction;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Reduction;

/// <summary>Strips are taken once each, whoever takes them and in whatever order workers come.</summary>
public sealed class StripSharesTests
{
    /// <summary>Workers come in a random order, until all is taken.</summary>
    [Fact]
    public void EveryStrip_IsTakenOnce_InAnyOrderOfWorkers() =>
        Prop.ForAll<byte[], byte, byte>((comings, sizes, more) =>
        {
            var (workers, strips, blocks) = ((sizes % 5) + 1, more % 40, (sizes / 5 % 4) + 1);
            var shares = new StripShares(products: 3, workers);
            var order = comings.Select(coming => coming % workers)
                .Concat(Enumerable.Repeat(workers - 1, strips * blocks));
            var taken = order.Select(rank => shares.For(product: 1, rank).Take(strips, blocks));
            Assert.Equal(Enumerable.Range(0, strips * blocks), taken.Where(strip => strip >= 0).Order());
            Assert.Equal(0, shares.For(product: 0, rank: 0).Take(workers, 1));
            Assert.Equal(0, shares.For(product: 2, rank: 0).Take(workers, 1));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Worker_TakesItsOwnFirst_ThenOthersFromTheEnd()
    {
        var shares = new StripShares(products: 1, workers: 3);
        Assert.Equal([2, 3, 8, 9, 11, 10, 5, 4, 7, 6, 1, 0], AllOf(shares, rank: 1, strips: 6, blocks: 2));
    }

    [Fact]
    public void Renew_GivesBackAWorkersOwnOnly()
    {
        var shares = new StripShares(products: 2, workers: 2);
        AllOf(shares, rank: 0, strips: 5, blocks: 1);
        shares.Renew(rank: 1);
        Assert.Equal([4, 3, 2], AllOf(shares, rank: 0, strips: 5, blocks: 1));
        shares.Renew(rank: 0);
        Assert.Equal([1, 0], AllOf(shares, rank: 1, strips: 5, blocks: 1));
    }

    [Fact]
    public void Threads_NeverTakeTheSameStrip()
    {
        const int Workers = 4;
        const int Strips = 20_000;
        var shares = new StripShares(products: 1, Workers);
        var taken = new int[Strips];
        var threads = Enumerable.Range(0, Workers).Select(rank => new Thread(() =>
        {
            foreach (var strip in AllOf(shares, rank, Strips, blocks: 1))
            {
                Interlocked.Increment(ref taken[strip]);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.All(taken, times => Assert.Equal(1, times));
    }

    private static List<int> AllOf(StripShares shares, int rank, int strips, int blocks)
    {
        var all = new List<int>();
        for (int strip; (strip = shares.For(0, rank).Take(strips, blocks)) >= 0;)
        {
            all.Add(strip);
        }

        return all;
    }
}
