using Distributed.Cluster.Collectives;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Tests.Collectives;

public sealed class BucketPlanTests
{
    public static TheoryData<int, int, int> Plans
    {
        get
        {
            var plans = new TheoryData<int, int, int>();
            foreach (var length in new[] { 0, 1, 7, 64, 1000, 65_537 })
            {
                foreach (var buckets in new[] { 1, 2, 5, 16 })
                {
                    foreach (var workers in new[] { 1, 2, 3, 9, 64 })
                    {
                        plans.Add(length, buckets, workers);
                    }
                }
            }

            return plans;
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Segments_CoverEveryFloatOnce_FromTheLastBucketToTheFirst(int length, int buckets, int workers)
    {
        var plan = new BucketPlan(length, buckets, workers);
        var next = 0;
        for (var bucket = buckets - 1; bucket >= 0; bucket--)
        {
            for (var rank = 0; rank < workers; rank++)
            {
                var segment = plan.Segment(bucket, rank);
                Assert.True(segment.Count == 0 || segment.Offset == next);
                Assert.InRange(segment.Count, 0, length - next);
                next += segment.Count;
            }
        }

        Assert.Equal(length, next);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Kept_IsWhatAWorkerOwnsAndMirrors_SoThatOneLossLosesNothing(int length, int buckets, int workers)
    {
        var plan = new BucketPlan(length, buckets, workers);
        for (var rank = 0; rank < workers; rank++)
        {
            Assert.Equal(
                Enumerable.Range(0, buckets).Sum(bucket => plan.Segment(bucket, rank).Count), plan.Owned(rank).Count);
            Assert.Equal(rank, plan.MirroredBy(plan.MirrorOf(rank)));
            var kept = plan.Owned(rank).Union(plan.Owned((rank + workers - 1) % workers));
            Assert.Equal(kept.Ranges, plan.Kept(rank).Ranges);
            var others = Enumerable.Range(0, workers).Where(other => other != rank || workers == 1);
            var survives = RangeSet.Of(others.SelectMany(other => plan.Kept(other).Ranges));
            Assert.Equal(length, survives.Count);
        }
    }

    [Fact]
    public void Segments_AreWholeCacheLines_WhereThereAreEnough()
    {
        var plan = new BucketPlan(length: 100 * AlignedBuffer.LineFloats, buckets: 3, workers: 4);
        for (var bucket = 0; bucket < 3; bucket++)
        {
            for (var rank = 0; rank < 4; rank++)
            {
                Assert.Equal(0, plan.Segment(bucket, rank).Offset % AlignedBuffer.LineFloats);
                Assert.InRange(plan.Segment(bucket, rank).Count / AlignedBuffer.LineFloats, 8, 9);
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Plan_IsRefused_WithoutBucketsOrWorkers(int buckets, int workers) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BucketPlan(10, buckets, workers));

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(65_536, 1, 1)]
    [InlineData(65_537, 1, 2)]
    [InlineData(669_706, 1, 11)]
    [InlineData(669_706, 4, 3)]
    [InlineData(669_706, 64, 1)]
    [InlineData(100_000_000, 2, 763)]
    [InlineData(int.MaxValue, 1, 1024)]
    [InlineData(int.MaxValue, int.MaxValue, 1)]
    public void BucketsFor_GivesSegmentsOf64KiFloats_WithinItsBounds(int length, int workers, int buckets) =>
        Assert.Equal(buckets, BucketPlan.BucketsFor(length, workers));
}
