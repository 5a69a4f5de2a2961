using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Reduction;

public sealed class RangeCutTests
{
    [Fact]
    public void Into_CoversTheRange_WithPartsThatAreAsEvenAsCanBe()
    {
        foreach (var (first, count, parts) in Cases())
        {
            // The last micro-batch of the whole batch is short.
            var range = MicrobatchRange.Part(((first + count) * 4) - 1, 4, first, count);
            var cut = RangeCut.Into(range, parts);
            Assert.Equal(parts, cut.Length);
            Assert.Equal((count, range.Samples), (cut.Sum(part => part.Count), cut.Sum(part => part.Samples)));
            var next = first;
            foreach (var part in cut)
            {
                Assert.Equal((next, 4), (part.First, part.Size));
                Assert.InRange(part.Count, 0, (count + parts - 1) / parts);
                next += part.Count;
            }
        }
    }

    [Theory]
    [InlineData(0, 8, 2, "0+4 4+4")]
    [InlineData(0, 7, 2, "0+4 4+3")]
    [InlineData(1, 7, 2, "1+3 4+4")]
    [InlineData(5, 6, 2, "5+3 8+3")]
    [InlineData(0, 16, 3, "0+4 4+6 10+6")]
    [InlineData(3, 2, 4, "3+1 4+0 4+0 4+1")]
    [InlineData(0, 0, 2, "0+0 0+0")]
    public void Into_CutsWhereLargeBlocksMeet_WhenThatCostsNothing(int first, int count, int parts, string expected)
    {
        var range = MicrobatchRange.Part(1000, 4, first, count);
        var cut = RangeCut.Into(range, parts);
        Assert.Equal(expected, string.Join(" ", cut.Select(part => $"{part.First}+{part.Count}")));
    }

    private static IEnumerable<(int First, int Count, int Parts)> Cases() =>
        from first in Enumerable.Range(0, 20)
        from count in Enumerable.Range(1, 40)
        from parts in Enumerable.Range(1, 9)
        select (first, count, parts);
}
