using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Cluster.Tests;

public sealed class ShardingTests
{
    [Fact]
    public void Shards_CoverTheBatchInOrderWithoutGaps_WhateverTheWeights() =>
        Prop.ForAll<byte[], ushort, byte>((weights, batch, size) =>
        {
            var (samples, microbatch) = (batch + 1, (size % 32) + 1);
            var sharding = new Sharding([1, .. weights.Select(weight => (int)weight)]);
            var shards = sharding.Shards(samples, microbatch);
            var next = 0;
            foreach (var shard in shards)
            {
                Assert.Equal(next, shard.First);
                Assert.InRange(shard.Count, 0, sharding.ShardMax(samples, microbatch));
                Assert.Equal(Enumerable.Range(0, shard.Count).Sum(shard.SamplesIn), shard.Samples);
                next += shard.Count;
            }

            Assert.Equal(samples, shards.Sum(shard => shard.Samples));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shards_DifferByOneMicrobatchAtMost_WhenWeightsAreEqual()
    {
        var counts = Sharding.Equal(7).Shards(samples: 256, microbatchSize: 16).Select(shard => shard.Count).ToList();
        Assert.Equal(16, counts.Sum());
        Assert.Equal(1, counts.Max() - counts.Min());
    }

    [Fact]
    public void Shards_AreEmptyForSome_WhenTheBatchHasFewerMicrobatchesThanWorkers()
    {
        var counts = Sharding.Equal(4).Shards(samples: 20, microbatchSize: 16).Select(shard => shard.Count).ToList();
        Assert.Equal(2, counts.Count(count => count == 0));
    }

    [Fact]
    public void Sharding_IsRefused_WhenNobodyHasWeight()
    {
        var error = Assert.Throws<ArgumentException>(() => new Sharding([0, 0]));
        Assert.Equal("sharding: weights [0, 0]: needs one per worker, none negative, not all 0", error.Message);
    }
}
