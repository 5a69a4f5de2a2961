using Distributed.Cluster.Collectives;
using Distributed.Engine.Plans;

namespace Distributed.Cluster.Tests.Collectives;

/// <summary>
/// Every float of a sender's piece is a number of its own; each owner copies its stretches and must then find, for
/// every result that it owns, the numbers of the result and of its terms, in the order of the terms.
/// </summary>
public sealed class SegmentLayoutTests
{
    [Fact]
    public void Owners_FindAllPartsOfEveryResult_WhereverSegmentsAndTermsBegin()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var partials = RandomLayout(random);
            var (buckets, workers) = (1 + random.Next(5), 1 + random.Next(9));
            var layout = new GroupLayout(partials.ResultLength, buckets, workers, partials);
            var found = new int[partials.ResultLength][];
            for (var rank = 0; rank < workers; rank++)
            {
                Gather(layout, rank, found);
            }

            for (var result = 0; result < found.Length; result++)
            {
                var expected = PartsOf(partials, result);
                Assert.True(
                    found[result] is not null && expected.SequenceEqual(found[result]), $"seed {seed}, float {result}");
            }
        }
    }

    [Fact]
    public void Stretches_AreNone_WhereTheWorkerOwnsNothing()
    {
        var layout = new GroupLayout(2, buckets: 1, workers: 3, PartialLayout.Plain(2));
        var counts = Enumerable.Range(0, 3).Select(rank => layout.Owner(rank).Stretches(0).Count).ToList();
        Assert.Equal(2, counts.Sum());
        Assert.Contains(0, counts);
    }

    /// <summary>The numbers at the owner's places, for every result it owns; each result has one owner.</summary>
    private static void Gather(GroupLayout layout, int rank, int[][] found)
    {
        var owner = layout.Owner(rank);
        var received = Enumerable.Repeat(-1, owner.Partials.Length).ToArray();
        for (var bucket = 0; bucket < layout.Plan.Buckets; bucket++)
        {
            foreach (var (from, to, count) in owner.Stretches(bucket))
            {
                for (var i = 0; i < count; i++)
                {
                    Assert.Equal(-1, received[to + i]);
                    received[to + i] = from + i;
                }
            }
        }

        Assert.DoesNotContain(-1, received);
        for (var bucket = 0; bucket < layout.Plan.Buckets; bucket++)
        {
            var segment = layout.Plan.Segment(bucket, rank);
            for (var i = 0; i < segment.Count; i++)
            {
                var parts = PartsOf(owner.Partials, owner.ResultOffset(bucket) + i).Select(place => received[place]);
                Assert.Null(found[segment.Offset + i]);
                found[segment.Offset + i] = [.. parts];
            }
        }
    }

    /// <summary>The places that are added up to one result: its own, then those of the terms, in order.</summary>
    private static int[] PartsOf(PartialLayout layout, int result) =>
    [
        result,
        .. layout.Terms.Where(term => result >= term.ResultOffset && result < term.ResultOffset + term.Length)
            .Select(term => term.Offset + result - term.ResultOffset),
    ];

    private static PartialLayout RandomLayout(Random random)
    {
        var results = 1 + random.Next(random.Next(2) == 0 ? 20 : 600);
        var (terms, length) = (new List<PartialTerm>(), results);
        for (var i = random.Next(5); i > 0; i--)
        {
            var offset = random.Next(results);
            var term = new PartialTerm(offset, length, 1 + random.Next(results - offset));
            terms.Add(term);
            length += term.Length;
        }

        return new PartialLayout(results, length, terms);
    }
}
