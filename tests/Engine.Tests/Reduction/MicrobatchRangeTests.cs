using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Reduction;

public sealed class MicrobatchRangeTests
{
    [Fact]
    public void Whole_CountsEverySampleOnce_ForAnyBatch()
    {
        for (var samples = 0; samples <= 100; samples++)
        {
            for (var size = 1; size <= 20; size++)
            {
                var range = MicrobatchRange.Whole(samples, size);
                Assert.Equal((samples / size) + (samples % size == 0 ? 0 : 1), range.Count);
                Assert.Equal(samples, Enumerable.Range(0, range.Count).Sum(range.SamplesIn));
                Assert.All(Enumerable.Range(0, range.Count), i => Assert.InRange(range.SamplesIn(i), 1, size));
                Assert.Equal(range, MicrobatchRange.Part(samples, size, 0, range.Count));
            }
        }
    }

    [Fact]
    public void Part_MeetsItsNeighbour_WhereverTheBatchIsCut()
    {
        for (var samples = 1; samples <= 60; samples++)
        {
            const int Size = 7;
            var count = MicrobatchRange.CountOf(samples, Size);
            for (var cut = 0; cut <= count; cut++)
            {
                var left = MicrobatchRange.Part(samples, Size, 0, cut);
                var right = MicrobatchRange.Part(samples, Size, cut, count - cut);
                Assert.Equal(samples, left.Samples + right.Samples);
                Assert.Equal(cut * Size, right.FirstSample);
                Assert.Equal(right.Count == 0 ? 0 : samples - right.FirstSample, right.Samples);
            }
        }
    }

    [Fact]
    public void Part_IsEmpty_WhenAWorkerHasNothingToDo()
    {
        var range = MicrobatchRange.Part(batchSamples: 30, size: 16, first: 2, count: 0);
        Assert.Equal(0, range.Samples);
        Assert.Equal(0, range.Count);
    }
}
