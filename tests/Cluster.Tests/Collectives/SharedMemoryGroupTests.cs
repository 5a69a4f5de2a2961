using Distributed.Cluster.Collectives;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;

namespace Distributed.Cluster.Tests.Collectives;

public sealed class SharedMemoryGroupTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(4, 64)]
    [InlineData(7, 669706)]
    [InlineData(9, 0)]
    public void Owned_CoversEveryElementOnceInWholeCacheLines_WhateverTheSize(int workers, int length)
    {
        var group = new SharedMemoryGroup(
            workers, PartialLayout.Plain(length), microbatchesMax: 16, shardMax: 16, TimeSpan.FromSeconds(1));
        var next = 0;
        for (var rank = 0; rank < workers; rank++)
        {
            var (offset, count) = group.Owned(rank);
            Assert.True(count >= 0);
            if (count > 0)
            {
                Assert.Equal(next, offset);
                Assert.Equal(0, offset % AlignedBuffer.LineFloats);
                next += count;
            }
        }

        Assert.Equal(length, next);
    }
}
